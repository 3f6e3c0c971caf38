using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Machine;
using ClaudeCluster.Bench.Report;

namespace ClaudeCluster.Bench.Rows;

/// <summary>One kind of work, and how it is measured. What comes out are figures, each for one line of the table.</summary>
internal abstract class Row
{
    /// <summary>The word for <c>--only</c>.</summary>
    public abstract string Id { get; }

    public abstract IAsyncEnumerable<Figure> MeasureAsync(RowRun run, CancellationToken cancellation);
}

/// <summary>What a row is given for one run.</summary>
internal sealed record RowRun(BenchOptions Options, IReadOnlyList<StoreChoice> Stores, WorkFolder Folder, Progress Progress);
