using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.Bench.Workloads;

namespace ClaudeCluster.Bench.Machine;

/// <summary>What one durable write costs here, now: 4 KiB appended and flushed, again and again. Every durable number stands on it.</summary>
internal sealed record FlushRate(double PerSecond, double P50Ms, double P99Ms)
{
    private const int Bytes = 4096;
    private static readonly TimeSpan Enough = TimeSpan.FromMilliseconds(400);

    public static FlushRate Measure(WorkFolder folder)
    {
        var path = folder.NewFile("flush");
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.DeleteOnClose);
        var block = new byte[Bytes];
        Random.Shared.NextBytes(block);
        var times = new Latencies();
        var clock = Stopwatch.StartNew();
        for (var offset = 0L; clock.Elapsed < Enough; offset += Bytes)
        {
            var start = Stopwatch.GetTimestamp();
            RandomAccess.Write(file, block, offset);
            RandomAccess.FlushToDisk(file);
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        return new FlushRate(times.Count / clock.Elapsed.TotalSeconds, times.At(0.5), times.At(0.99));
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"p50 {P50Ms:0.000} ms, p99 {P99Ms:0.00} ms, {PerSecond:0} /s");
}
