using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Replay;

/// <summary>The first place where the code and its history disagree, in words.</summary>
/// <param name="Step">The step, counted from 1.</param>
/// <param name="Expected">What history holds there.</param>
/// <param name="Found">What the code asked for there.</param>
internal sealed record NonDeterminism(int Step, string Expected, string Found)
{
    private const string NothingMore = "nothing more in this step";

    public TaskFailureDetails ToFailure(string orchestrator) => new(FailureTypes.NonDeterministic, Describe(orchestrator)) { IsNonRetriable = true };

    public string Describe(string orchestrator) =>
        $"The orchestrator '{orchestrator}' does not do what its history says. Step {Step}: expected {Expected}; found {Found}. "
        + "Its code was changed while this instance was open, or it decides by something that is not in its history.";

    /// <summary>Compares what a past step recorded with what the code asks for now; null if they agree.</summary>
    public static NonDeterminism? Find(int step, IEnumerable<HistoryEvent> recorded, IReadOnlyList<OrchestratorAction> actions)
    {
        var index = 0;
        foreach (var expected in recorded)
        {
            var found = index < actions.Count ? actions[index] : null;
            if (found is null || !Agree(expected, found))
                return new NonDeterminism(step, Describe(expected), found is null ? NothingMore : Describe(found));
            index++;
        }

        return index < actions.Count ? new NonDeterminism(step, NothingMore, Describe(actions[index])) : null;
    }

    private static bool Agree(HistoryEvent expected, OrchestratorAction found) => (expected, found) switch
    {
        (TaskScheduled e, OrchestratorAction.ScheduleTask f) => e.TaskId == f.TaskId && SameName(e.Name, f.Name),
        (SubOrchestrationCreated e, OrchestratorAction.StartSubOrchestration f) => e.TaskId == f.TaskId && SameName(e.Name, f.Name),
        (TimerCreated e, OrchestratorAction.CreateTimer f) => e.TaskId == f.TaskId,
        (EventSent e, OrchestratorAction.SendEvent f) => e.TaskId == f.TaskId && SameName(e.Name, f.Name),
        (ExecutionCompleted { Status: OrchestrationRuntimeStatus.Completed }, OrchestratorAction.Complete) => true,
        (ExecutionCompleted { Status: OrchestrationRuntimeStatus.Failed }, OrchestratorAction.Fail) => true,
        (ContinuedAsNew, OrchestratorAction.ContinueAsNew) => true,
        _ => false,
    };

    /// <summary>True if two that agree are also to be done with the same data. History may well hold other data than the code gives today.</summary>
    public static bool HaveSamePayload(HistoryEvent expected, OrchestratorAction found) => (expected, found) switch
    {
        (TaskScheduled e, OrchestratorAction.ScheduleTask f) => e.Input == f.Input,
        (SubOrchestrationCreated e, OrchestratorAction.StartSubOrchestration f) => (e.InstanceId, e.Input) == (f.InstanceId, f.Input),
        (TimerCreated e, OrchestratorAction.CreateTimer f) => e.FireAt == f.FireAt,
        (EventSent e, OrchestratorAction.SendEvent f) => (e.InstanceId, e.Input) == (f.InstanceId, f.Input),
        _ => false,
    };

    private static bool SameName(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static string Describe(HistoryEvent expected) => expected switch
    {
        TaskScheduled e => $"activity '{e.Name}' (#{e.TaskId})",
        SubOrchestrationCreated e => $"sub-orchestration '{e.Name}' (#{e.TaskId})",
        TimerCreated e => $"a timer (#{e.TaskId})",
        EventSent e => $"event '{e.Name}' sent to '{e.InstanceId}' (#{e.TaskId})",
        ExecutionCompleted e => $"the end of the orchestration ({e.Status})",
        ContinuedAsNew => "continue-as-new",
        _ => expected.GetType().Name,
    };

    private static string Describe(OrchestratorAction found) => found switch
    {
        OrchestratorAction.ScheduleTask f => $"activity '{f.Name}' (#{f.TaskId})",
        OrchestratorAction.StartSubOrchestration f => $"sub-orchestration '{f.Name}' (#{f.TaskId})",
        OrchestratorAction.CreateTimer f => $"a timer (#{f.TaskId})",
        OrchestratorAction.SendEvent f => $"event '{f.Name}' sent to '{f.InstanceId}' (#{f.TaskId})",
        OrchestratorAction.Complete => "the end of the orchestration (Completed)",
        OrchestratorAction.Fail f => $"the end of the orchestration (Failed: {f.Failure.ErrorMessage})",
        OrchestratorAction.ContinueAsNew => "continue-as-new",
        _ => found.GetType().Name,
    };
}
