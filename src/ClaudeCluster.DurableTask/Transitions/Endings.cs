using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Transitions;

/// <summary>Ends that the hub brings about, and what a parent is told of an end. Pure.</summary>
internal static class Endings
{
    /// <summary>The instance ends now, without a step of its code. Its running step, if there is one, will be refused.</summary>
    public static CommitBatch EndAtOnce(InstanceState state, Guard guard, HistoryEvent reason, ExecutionCompleted end, DateTimeOffset now)
    {
        HistoryEvent[] history =
            [new OrchestratorStarted { Timestamp = now }, reason with { Timestamp = now }, end with { Timestamp = now }];
        var after = (state with { Revision = state.Revision + 1 }).Apply(history);
        return new CommitBatch(state.InstanceId, guard)
        {
            Instance = after,
            History = history,
            Messages = AnswerToParent(after, now) is { } answer ? [answer] : [],
        };
    }

    /// <summary>What the parent of an ended instance gets; null if nobody waits.</summary>
    public static InboxMessage? AnswerToParent(InstanceState ended, DateTimeOffset now)
    {
        if (ended.Parent is not { } parent)
            return null;
        HistoryEvent answer = ended.Status == OrchestrationRuntimeStatus.Completed
            ? new SubOrchestrationCompleted(parent.TaskId, ended.Output)
            : new SubOrchestrationFailed(parent.TaskId, ended.Failure ?? WasTerminated(ended));
        return ToParent(parent, answer, now);
    }

    /// <summary>The row of an ended instance that goes on.</summary>
    public static InstanceState Undone(InstanceState ended) =>
        ended with { Status = OrchestrationRuntimeStatus.Running, Output = null, Failure = null };

    public static InboxMessage AlreadyExists(ParentInstance parent, string childId, DateTimeOffset now) =>
        ToParent(parent, new SubOrchestrationFailed(parent.TaskId, TakenId(childId)), now);

    private static InboxMessage ToParent(ParentInstance parent, HistoryEvent answer, DateTimeOffset now) =>
        new(parent.InstanceId, parent.ExecutionId, answer with { Timestamp = now }, now);

    private static TaskFailureDetails WasTerminated(InstanceState ended) =>
        new(FailureTypes.Terminated, $"The sub-orchestration '{ended.InstanceId}' was terminated.") { IsNonRetriable = true };

    private static TaskFailureDetails TakenId(string childId) =>
        new(FailureTypes.AlreadyExists, $"An instance with the id '{childId}' exists already.") { IsNonRetriable = true };
}
