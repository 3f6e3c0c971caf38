using System.Globalization;
using System.Runtime.CompilerServices;
using ClaudeCluster.Bench.Children;
using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Machine;
using ClaudeCluster.Bench.Report;

namespace ClaudeCluster.Bench.Rows;

/// <summary>Many that have ended, in a process that did nothing else: what is left of them should be in the file.</summary>
internal sealed class FinishedRow : Row
{
    public override string Id => RowCatalogue.Finished;

    public override async IAsyncEnumerable<Figure> MeasureAsync(RowRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var hub = run.Folder.NewFile("finished.db");
        var count = run.Options.Finished.ToString(CultureInfo.InvariantCulture);
        await using var finishing = ChildProcess.Start(FinishHub.Verb, hub, count);
        var finished = await finishing.AnswerAsync<FinishedHub>(cancellation);

        var note = $"{count} finished, one activity each";
        yield return new Figure(Id, StoreChoice.SqliteName, "process after collection", Figure.Megabytes(finished.ProcessBytes), "MB") { Note = note };
        yield return new Figure(Id, StoreChoice.SqliteName, "live objects", Figure.Megabytes(finished.HeapBytes), "MB");
        yield return new Figure(Id, StoreChoice.SqliteName, "live objects they added", Figure.Megabytes(finished.HeapAddedBytes), "MB");
        yield return new Figure(Id, StoreChoice.SqliteName, "hub file", Figure.Megabytes(WorkFolder.SizeOf(hub)), "MB");
        WorkFolder.Remove(hub);
    }
}
