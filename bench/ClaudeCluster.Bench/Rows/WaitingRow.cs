using System.Globalization;
using System.Runtime.CompilerServices;
using ClaudeCluster.Bench.Children;
using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Machine;
using ClaudeCluster.Bench.Report;

namespace ClaudeCluster.Bench.Rows;

/// <summary>
/// Many that wait. One process starts them and says what it then weighs; it is killed by SIGKILL; another one opens what it left, and
/// takes a step of one of them.
/// </summary>
internal sealed class WaitingRow : Row
{
    public override string Id => RowCatalogue.Waiting;

    public override async IAsyncEnumerable<Figure> MeasureAsync(RowRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var hub = run.Folder.NewFile("waiting.db");
        var count = run.Options.Waiting.ToString(CultureInfo.InvariantCulture);
        FilledHub filled;
        await using (var filling = ChildProcess.Start(FillHub.Verb, hub, count))
        {
            filled = await filling.AnswerAsync<FilledHub>(cancellation);
            filling.KillHard();
        }

        var note = $"{count} waiting";
        yield return new Figure(Id, StoreChoice.SqliteName, "process after collection", Figure.Megabytes(filled.ProcessBytes), "MB", Goals.WaitingMemory(run.Options)) { Note = note };
        yield return new Figure(Id, StoreChoice.SqliteName, "live objects", Figure.Megabytes(filled.HeapBytes), "MB");
        yield return new Figure(Id, StoreChoice.SqliteName, "started and waiting", filled.PerSecond, "/s");
        yield return new Figure(Id, StoreChoice.SqliteName, "hub file", Figure.Megabytes(WorkFolder.SizeOf(hub)), "MB");

        ResumedHub resumed;
        await using (var resuming = ChildProcess.Start(ResumeHub.Verb, hub))
            resumed = await resuming.AnswerAsync<ResumedHub>(cancellation);
        yield return new Figure(Id, StoreChoice.SqliteName, "start after a kill", resumed.FirstStepSeconds, "s", Goals.StartAfterKill(run.Options)) { Note = note };
        WorkFolder.Remove(hub);
    }
}
