using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Machine;
using ClaudeCluster.Bench.Workloads;
using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.Bench.Children;

/// <summary>Runs many orchestrations to their end, and says what the process then weighs.</summary>
internal static class FinishHub
{
    public const string Verb = "finish";
    private const int InFlight = 50;
    private const int WarmUp = 200;

    public static async Task<FinishedHub> RunAsync(string hub, int count, CancellationToken cancellation)
    {
        await using var cluster = await BenchCluster.OpenAsync(new SqliteHubStore(hub), BenchTasks.AddTo, cancellation);
        await RunAsync(cluster, WarmUp, cancellation);
        var before = MemoryInUse.AfterCollection();
        await RunAsync(cluster, count, cancellation);
        var after = MemoryInUse.AfterCollection();
        return new FinishedHub(after.ProcessBytes, after.HeapBytes, after.HeapBytes - before.HeapBytes);
    }

    private static Task RunAsync(BenchCluster cluster, int count, CancellationToken cancellation) =>
        Lanes.CountAsync(count, InFlight, _ => cluster.RunAsync(BenchTasks.Single, expected: 1), cancellation);
}

/// <summary>What a process weighs when many orchestrations have ended in it.</summary>
internal sealed record FinishedHub(long ProcessBytes, long HeapBytes, long HeapAddedBytes);
