using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.Runner;

/// <summary>PURE. One line for each event of a history.</summary>
internal static class HistoryWords
{
    private const int LongestPayload = 160;

    public static string Tell(HistoryEvent happened) => happened switch
    {
        OrchestratorStarted => "── step",
        OrchestratorCompleted => "   (committed)",
        ExecutionStarted started => $"started {started.Name} with {Cut(started.Input)}",
        TaskScheduled scheduled => $"#{scheduled.TaskId} call {scheduled.Name} with {Cut(scheduled.Input)}",
        TaskCompleted completed => $"#{completed.TaskId} answered {Cut(completed.Result)}",
        TaskFailed failed => $"#{failed.TaskId} failed: {Cut(failed.Failure.ErrorMessage)}",
        SubOrchestrationCreated created => $"#{created.TaskId} call orchestration {created.Name} as {created.InstanceId}",
        SubOrchestrationCompleted completed => $"#{completed.TaskId} answered {Cut(completed.Result)}",
        SubOrchestrationFailed failed => $"#{failed.TaskId} failed: {Cut(failed.Failure.ErrorMessage)}",
        TimerCreated timer => $"#{timer.TaskId} wait until {timer.FireAt:u}",
        TimerFired timer => $"#{timer.TaskId} the time has come",
        EventRaised raised => $"event {raised.Name} came: {Cut(raised.Input)}",
        EventSent sent => $"#{sent.TaskId} sent {sent.Name} to {sent.InstanceId}",
        ExecutionCompleted ended => $"ended as {ended.Status}: {Cut(ended.Failure?.ErrorMessage ?? ended.Output)}",
        _ => happened.GetType().Name,
    };

    private static string Cut(string? payload) => payload switch
    {
        null => "nothing",
        { Length: > LongestPayload } => string.Concat(payload.ReplaceLineEndings(" ").AsSpan(0, LongestPayload), "…"),
        _ => payload.ReplaceLineEndings(" "),
    };
}
