#!/bin/sh
# Prints one greeting for each name; without a name it greets the world.
for name in "$@"; do
  echo "Helo, $name!"
done
