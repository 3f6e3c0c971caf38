using System.Runtime.CompilerServices;
using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Report;
using ClaudeCluster.Bench.Workloads;

namespace ClaudeCluster.Bench.Rows;

/// <summary>Sequences of five activities, fifty in flight.</summary>
internal sealed class SequenceRow : Row
{
    private const int InFlight = 50;

    public override string Id => RowCatalogue.Seq5;

    public override async IAsyncEnumerable<Figure> MeasureAsync(RowRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var store in run.Stores)
        {
            await using var cluster = await BenchCluster.OpenAsync(store.New(run.Folder), BenchTasks.AddTo, cancellation);
            var result = await Lanes.RunAsync(InFlight, run.Options, () => cluster.RunAsync(BenchTasks.Seq5, BenchTasks.Seq5Result), cancellation);
            yield return new Figure(Id, store.Name, Figure.Orchestrations, result.PerSecond, "/s", Goals.Seq5(store.Name));
        }
    }
}
