// Keeps so many in flight, for a warm-up and then for the measured time: the same rule as Workloads/Lanes.cs.
// All that ended in the measured time counts for the rate; only what also began in it has a latency. Where not even one did both, the
// time is prolonged until one has.

export async function lanes({ inFlight, warmUp, seconds }, one) {
  const begin = performance.now() + warmUp * 1000;
  let end = begin + seconds * 1000;
  const latencies = [];
  let count = 0;
  const lane = async () => {
    for (let start = performance.now(); start < end || latencies.length === 0; start = performance.now()) {
      await one();
      const stop = performance.now();
      if (stop < begin || (stop > end && latencies.length > 0)) continue;
      end = Math.max(end, stop);
      count++;
      if (start >= begin) latencies.push(stop - start);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  latencies.sort((a, b) => a - b);
  return { perSecond: (count * 1000) / (end - begin), p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
}

function percentile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

// The three shapes of the table, over two functions of a peer. `--only` names those that are wanted.
export async function shapes(options, { seq5, fan100 }) {
  const { warmUp, seconds, only } = options;
  const results = {};
  if (only.includes('seq5')) results.seq5 = await lanes({ inFlight: 50, warmUp, seconds }, seq5);
  if (only.includes('one')) results.one = await lanes({ inFlight: 1, warmUp, seconds }, seq5);
  if (only.includes('fan100')) results.fan100 = await lanes({ inFlight: 5, warmUp, seconds }, fan100);
  return results;
}

// --seconds 5 --warm-up 1 --only seq5,one --data FOLDER
export function optionsFrom(args) {
  const value = (name, otherwise) => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
  return {
    seconds: Number(value('--seconds', '5')),
    warmUp: Number(value('--warm-up', '1')),
    only: value('--only', 'seq5,one,fan100').split(','),
    data: value('--data', undefined),
    hub: value('--hub', undefined),
  };
}

// Whoever started this holds our standard input open; when it dies, however it dies, so do we.
export function endWithParent() {
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(3));
  process.stdin.on('error', () => process.exit(3));
}
