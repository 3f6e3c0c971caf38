#!/bin/sh
# The tests of this sample: plain sh, so that they run anywhere in no time.
failed=0

expect() {
  wanted=$1
  shift
  got=$(sh ./greet.sh "$@")
  if [ "$got" = "$wanted" ]; then
    echo "ok: greet.sh $*"
  else
    echo "FAILED: greet.sh $* printed '$got' instead of '$wanted'"
    failed=1
  fi
}

expect "Hello, Ada!" Ada
expect "Hello, Grace Hopper!" "Grace Hopper"
expect "Hello, world!"
exit "$failed"
