using System.Diagnostics;

namespace ClaudeCluster.Bench.Workloads;

/// <summary>
/// Keeps so many in flight, for a warm-up and then for the measured time: the same rule as bench/peers/lanes.mjs. All that ended in the
/// measured time counts for the rate; only what also began in it has a latency. Where not even one did both, the time is prolonged until
/// one has.
/// </summary>
internal static class Lanes
{
    public static async Task<LaneResult> RunAsync(int inFlight, BenchOptions options, Func<Task> one, CancellationToken cancellation)
    {
        var begin = Stopwatch.GetTimestamp() + Ticks(options.WarmUp);
        var tally = new Tally(begin, begin + Ticks(options.Measured));
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(LaneAsync, cancellation)));
        return tally.Result;

        async Task LaneAsync()
        {
            while (!tally.IsOver)
            {
                cancellation.ThrowIfCancellationRequested();
                var start = Stopwatch.GetTimestamp();
                await one();
                tally.Add(start, Stopwatch.GetTimestamp());
            }
        }
    }

    /// <summary>So many of them, so many in flight, however long it takes.</summary>
    public static async Task CountAsync(int count, int inFlight, Func<int, Task> one, CancellationToken cancellation)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(LaneAsync, cancellation)));

        async Task LaneAsync()
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                cancellation.ThrowIfCancellationRequested();
                await one(i);
            }
        }
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    private sealed class Tally(long begin, long end)
    {
        private readonly Lock _lock = new();
        private readonly Latencies _latencies = new();
        private long _end = end;
        private int _count;

        public bool IsOver
        {
            get
            {
                lock (_lock)
                    return Stopwatch.GetTimestamp() >= _end && _latencies.Count > 0;
            }
        }

        public LaneResult Result => new(_count / Stopwatch.GetElapsedTime(begin, _end).TotalSeconds, _latencies);

        public void Add(long start, long stop)
        {
            lock (_lock)
            {
                if (stop < begin || (stop > _end && _latencies.Count > 0))
                    return;
                _end = Math.Max(_end, stop);
                _count++;
                if (start >= begin)
                    _latencies.Add(Stopwatch.GetElapsedTime(start, stop));
            }
        }
    }
}

/// <summary>How many ended per second, and how long each took.</summary>
internal sealed record LaneResult(double PerSecond, Latencies Latencies);
