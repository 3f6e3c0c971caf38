using System.Runtime.CompilerServices;
using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Machine;
using ClaudeCluster.Bench.Report;
using ClaudeCluster.Bench.Workloads;

namespace ClaudeCluster.Bench.Rows;

/// <summary>Sequences of five activities, one after another: what one user waits. A flush is measured right before and right after.</summary>
internal sealed class OneAtATimeRow : Row
{
    public override string Id => RowCatalogue.One;

    public override async IAsyncEnumerable<Figure> MeasureAsync(RowRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var store in run.Stores)
        {
            await using var cluster = await BenchCluster.OpenAsync(store.New(run.Folder), BenchTasks.AddTo, cancellation);
            var before = FlushRate.Measure(run.Folder);
            var result = await Lanes.RunAsync(1, run.Options, () => cluster.RunAsync(BenchTasks.Seq5, BenchTasks.Seq5Result), cancellation);
            // The lower one: a disk that was busy for a moment must not soften the goal.
            var flushMs = Math.Min(before.P50Ms, FlushRate.Measure(run.Folder).P50Ms);

            var median = result.Latencies.At(0.5);
            yield return new Figure(Id, store.Name, Figure.Median, median, "ms", Goals.OneAtATime(store.Name, flushMs));
            yield return new Figure(Id, store.Name, "p99", result.Latencies.At(0.99), "ms");
            if (store.Name != StoreChoice.MemoryName)
                yield return new Figure(Id, store.Name, "median as flushes", median / flushMs, "×");
        }
    }
}
