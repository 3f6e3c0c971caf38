using System.Diagnostics;
using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Workloads;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.Bench.Children;

/// <summary>Opens the hub of a process that was killed, and ends the first of those that wait.</summary>
internal static class ResumeHub
{
    public const string Verb = "resume";

    public static async Task<ResumedHub> RunAsync(string hub, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        await using var cluster = await BenchCluster.OpenAsync(new SqliteHubStore(hub), BenchTasks.AddTo, cancellation);
        await cluster.Client.RaiseEventAsync(FillHub.InstanceId(0), BenchTasks.Go, 1, cancellation);
        var end = await cluster.EndOfAsync(FillHub.InstanceId(0));
        return end.RuntimeStatus == OrchestrationRuntimeStatus.Completed
            ? new ResumedHub(clock.Elapsed.TotalSeconds)
            : throw new InvalidOperationException($"{end.InstanceId} ended {end.RuntimeStatus}.");
    }
}

/// <summary>From the opening of the hub to the end of the first step.</summary>
internal sealed record ResumedHub(double FirstStepSeconds);
