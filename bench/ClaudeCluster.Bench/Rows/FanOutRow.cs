using System.Runtime.CompilerServices;
using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Report;
using ClaudeCluster.Bench.Workloads;

namespace ClaudeCluster.Bench.Rows;

/// <summary>A hundred activities at once and a join, five in flight.</summary>
internal sealed class FanOutRow : Row
{
    public const int Activities = 100;
    private const int InFlight = 5;

    public override string Id => RowCatalogue.Fan100;

    public override async IAsyncEnumerable<Figure> MeasureAsync(RowRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var store in run.Stores)
        {
            await using var cluster = await BenchCluster.OpenAsync(store.New(run.Folder), BenchTasks.AddTo, cancellation);
            var result = await Lanes.RunAsync(InFlight, run.Options, () => cluster.RunAsync(BenchTasks.Fan100, BenchTasks.Fan100Result), cancellation);
            yield return new Figure(Id, store.Name, Figure.Activities, result.PerSecond * Activities, "/s", Goals.Fan100(store.Name));
        }
    }
}
