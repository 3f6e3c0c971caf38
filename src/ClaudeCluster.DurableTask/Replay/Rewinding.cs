using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Replay;

// Rewinding: how a failed orchestration gets a second chance without forgetting what went well.
//
//   failed    │ A scheduled ┃ A failed  C scheduled ┃ C done  B scheduled ┃ B failed  END │     A's failure was caught, C made good for it
//   rewound   │ A scheduled ┃ A failed  C scheduled ┃ C done  B scheduled ┃               │     B waits for an answer again
//
// The end goes, and with it every failure that the code has not yet acted upon. Nobody wrote down which these are, but the code knows:
// a failure that it has acted upon is one without which it would not do what history says it did. So each failure is taken away on
// trial, from the latest to the earliest, and the code is run over what is left. If it still agrees, the failure had no consequence.
// Mostly all go at once (a fan-out whose end was awaited), so that is tried first.
//
// The step that failed is kept as it stands if the code still does in it what it did, and no more: then what it had begun goes on.
// If not (the code itself threw, and has been repaired since), the step has never happened: it is left open, without what it asked for,
// and the hub delivers its events once more. Nothing it asked for was done, since an end leaves no activity, timer or sub-orchestration
// of its step behind; only the events that it sent are sent again.
//
// What had been scheduled and has no answer now is scheduled again by the hub. See Reopening.cs.

/// <summary>The history of a failed execution as it is after its failure is taken back. Pure, as all replay is.</summary>
internal sealed class Rewinding
{
    private readonly Func<OrchestrationReplay> _newReplay;
    private readonly List<HistoryEvent> _before;
    private readonly List<HistoryEvent> _last;

    private Rewinding(IReadOnlyList<HistoryEvent> past, Func<OrchestrationReplay> newReplay)
    {
        _newReplay = newReplay;
        // What follows the end is an earlier attempt to rewind that came to nothing.
        var steps = HistorySteps.Split(past).ToList();
        var end = steps.FindIndex(step => step.Exists(happened => happened is ExecutionCompleted));
        _before = [.. steps.Take(end < 0 ? steps.Count : end).SelectMany(step => step)];
        _last = end < 0 || WasEndedByTheHub(steps[end]) ? [] : steps[end];
    }

    public static IReadOnlyList<HistoryEvent> Rewind(IReadOnlyList<HistoryEvent> past, Func<OrchestrationReplay> newReplay) =>
        new Rewinding(past, newReplay).Rewind();

    private IReadOnlyList<HistoryEvent> Rewind()
    {
        var takenBack = Failures([.. _before, .. _last]);
        if (StandsWithout(takenBack))
            return AsItStands(takenBack);

        takenBack = Failures(_last);
        foreach (var failure in Failures(_before).Reverse())
        {
            takenBack.Add(failure);
            if (_newReplay().Replay(Without(_before, takenBack)) is not null)
                takenBack.Remove(failure);
        }

        return StandsWithout(takenBack) ? AsItStands(takenBack) : WithOpenEnd(takenBack);
    }

    private static bool WasEndedByTheHub(List<HistoryEvent> step) => step.Exists(happened => happened is ExecutionTerminated or ExecutionPoisoned);

    /// <summary>In the order of history. By reference: two failures may well have the same words.</summary>
    private static HashSet<HistoryEvent> Failures(IEnumerable<HistoryEvent> events) =>
        events.Where(happened => happened is TaskFailed or SubOrchestrationFailed).ToHashSet<HistoryEvent>(ReferenceEqualityComparer.Instance);

    private static List<HistoryEvent> Without(IEnumerable<HistoryEvent> events, HashSet<HistoryEvent> takenBack) =>
        [.. events.Where(happened => !takenBack.Contains(happened))];

    /// <summary>The code still does what history says, up to and including the step that failed. In that one it must be the same to the letter.</summary>
    private bool StandsWithout(HashSet<HistoryEvent> takenBack)
    {
        var replay = _newReplay();
        return replay.Replay(Without(_before, takenBack)) is null && (_last.Count == 0 || replay.DoesExactly(LastWithout(takenBack)));
    }

    private IReadOnlyList<HistoryEvent> AsItStands(HashSet<HistoryEvent> takenBack) => _last.Count == 0
        ? Without(_before, takenBack)
        : [.. Without(_before, takenBack), .. LastWithout(takenBack), new OrchestratorCompleted { Timestamp = _last[^1].Timestamp }];

    private List<HistoryEvent> WithOpenEnd(HashSet<HistoryEvent> takenBack) =>
        [.. Without(_before, takenBack), .. LastWithout(takenBack).Where(happened => !HistorySteps.IsRecordOfAction(happened))];

    private List<HistoryEvent> LastWithout(HashSet<HistoryEvent> takenBack) =>
        [.. Without(_last, takenBack).Where(happened => happened is not ExecutionCompleted)];
}
