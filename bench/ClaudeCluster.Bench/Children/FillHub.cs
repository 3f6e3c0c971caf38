using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Machine;
using ClaudeCluster.Bench.Workloads;
using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.Bench.Children;

/// <summary>Starts many orchestrations that wait, says what the process then weighs, and stays with the hub open.</summary>
internal static class FillHub
{
    public const string Verb = "fill";
    private const int InFlight = 256;

    public static string InstanceId(int number) => string.Create(CultureInfo.InvariantCulture, $"waiting-{number}");

    public static async Task RunAsync(string hub, int count, Func<FilledHub, Task> stayAsync, CancellationToken cancellation)
    {
        await using var cluster = await BenchCluster.OpenAsync(new SqliteHubStore(hub), BenchTasks.AddTo, cancellation);
        var clock = Stopwatch.StartNew();
        await Lanes.CountAsync(
            count,
            InFlight,
            async i => await cluster.FirstStepOfAsync(await cluster.StartAsync(BenchTasks.Wait, null, InstanceId(i))),
            cancellation);
        var perSecond = count / clock.Elapsed.TotalSeconds;
        var memory = MemoryInUse.AfterCollection();
        await stayAsync(new FilledHub(memory.ProcessBytes, memory.HeapBytes, perSecond));
    }
}

/// <summary>What a process with many waiting orchestrations weighs, and how fast they came.</summary>
internal sealed record FilledHub(long ProcessBytes, long HeapBytes, double PerSecond);
