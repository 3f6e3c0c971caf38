using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Replay;

/// <summary>A history as the steps that wrote it.</summary>
internal static class HistorySteps
{
    public static IEnumerable<List<HistoryEvent>> Split(IReadOnlyList<HistoryEvent> events)
    {
        List<HistoryEvent> step = [];
        foreach (var happened in events)
        {
            if (happened is OrchestratorStarted && step.Count > 0)
            {
                yield return step;
                step = [];
            }

            step.Add(happened);
        }

        if (step.Count > 0)
            yield return step;
    }

    /// <summary>True for what a step writes because the code asked for it.</summary>
    public static bool IsRecordOfAction(HistoryEvent happened) =>
        happened is TaskScheduled or TimerCreated or SubOrchestrationCreated or EventSent or ExecutionCompleted or ContinuedAsNew;

    /// <summary>True for the last event of a step; one without it was cut off, or was opened again by a rewind.</summary>
    public static bool IsEndOfStep(HistoryEvent happened) => happened is OrchestratorCompleted or ExecutionCompleted or ContinuedAsNew;
}
