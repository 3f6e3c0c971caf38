using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Report;
using ClaudeCluster.Bench.Workloads;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.Bench.Rows;

/// <summary>
/// One orchestration whose history grows to 10,000 events. Warm: what a step costs early and late. Cold: the hub is opened anew and the
/// next step has to bring all of it back; and the same for a worker alone, whose history is already in memory.
/// </summary>
internal sealed class HistoryRow : Row
{
    /// <summary>Growth of a slow engine is cut off after so many times the measured time; the note then says how far it came.</summary>
    private const int Patience = 6;

    public override string Id => RowCatalogue.History;

    public override async IAsyncEnumerable<Figure> MeasureAsync(RowRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var file = run.Folder.NewFile("history.db");
        var growth = new GrowingHistory(run.Options.Measured * Patience);
        string id;
        await using (var cluster = await BenchCluster.OpenAsync(new SqliteHubStore(file), growth.AddTo, cancellation))
        {
            await growth.WarmUpAsync(cluster);
            id = await growth.GrowAsync(cluster);
        }

        var note = string.Create(CultureInfo.InvariantCulture, $"at {growth.Events} events");
        yield return new Figure(Id, StoreChoice.SqliteName, "step and activity, early", growth.EarlyMs, "ms") { Note = "at 10 to 200 events" };
        yield return new Figure(Id, StoreChoice.SqliteName, "step and activity, late", growth.LateMs, "ms") { Note = note };
        yield return new Figure(Id, StoreChoice.SqliteName, "late ÷ early", growth.LateMs / growth.EarlyMs, "×", Goals.Flat) { Note = note };

        yield return new Figure(Id, StoreChoice.SqliteName, "first step of a new process", await FirstStepAsync(file, growth, id, cancellation), "events/s", Goals.ColdReplay)
        {
            Note = note,
        };
        yield return new Figure(Id, "worker alone", "replay", await ReplayHub.MeasureAsync(run.Options, cancellation), "events/s", Goals.ColdReplay)
        {
            Note = string.Create(CultureInfo.InvariantCulture, $"at {ReplayHub.Events} events"),
        };
    }

    /// <summary>Opens the hub anew and ends the orchestration: read, parse, replay, commit.</summary>
    private static async Task<double> FirstStepAsync(string file, GrowingHistory growth, string id, CancellationToken cancellation)
    {
        await using var cluster = await BenchCluster.OpenAsync(new SqliteHubStore(file), growth.AddTo, cancellation);
        var start = Stopwatch.GetTimestamp();
        await cluster.Client.RaiseEventAsync(id, BenchTasks.Go, 1, cancellation);
        var end = await cluster.EndOfAsync(id);
        return end.RuntimeStatus == OrchestrationRuntimeStatus.Completed
            ? growth.Events / Stopwatch.GetElapsedTime(start).TotalSeconds
            : throw new InvalidOperationException($"The long orchestration ended {end.RuntimeStatus}: {end.FailureDetails?.ErrorMessage}");
    }
}
