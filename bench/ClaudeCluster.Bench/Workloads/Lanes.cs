using System.Diagnostics;

namespace ClaudeCluster.Bench.Workloads;

/// <summary>
/// Keeps so many in flight, for a warm-up and then for the measured time: the same rule as bench/peers/lanes.mjs. All that ended in the
/// measured time counts for the rate; only what also began in it has a latency.
/// </summary>
internal static class Lanes
{
    /// <exception cref="InvalidOperationException">Nothing ended in the measured time.</exception>
    public static async Task<LaneResult> RunAsync(int inFlight, BenchOptions options, Func<Task> one, CancellationToken cancellation)
    {
        var latencies = new Latencies();
        var count = 0;
        var begin = Stopwatch.GetTimestamp() + Ticks(options.WarmUp);
        var end = begin + Ticks(options.Measured);
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(_ => Task.Run(LaneAsync, cancellation)));
        return count == 0
            ? throw new InvalidOperationException($"Nothing ended within {options.Measured.TotalSeconds} s. Give it more --seconds.")
            : new LaneResult(count / options.Measured.TotalSeconds, latencies);

        async Task LaneAsync()
        {
            for (var start = Stopwatch.GetTimestamp(); start < end && !cancellation.IsCancellationRequested; start = Stopwatch.GetTimestamp())
            {
                await one();
                var stop = Stopwatch.GetTimestamp();
                if (stop < begin || stop > end)
                    continue;
                Interlocked.Increment(ref count);
                if (start >= begin)
                    latencies.Add(Stopwatch.GetElapsedTime(start, stop));
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
}

/// <summary>How many ended per second, and how long each took.</summary>
internal sealed record LaneResult(double PerSecond, Latencies Latencies);
