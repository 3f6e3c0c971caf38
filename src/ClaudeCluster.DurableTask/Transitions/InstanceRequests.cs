using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Transitions;

/// <summary>What clients and activity workers ask for, as commits. Pure.</summary>
internal static class InstanceRequests
{
    public static CommitBatch Start(StartRequest request, string instanceId, string executionId, DateTimeOffset now)
    {
        var (instance, message) = NewExecution(request, instanceId, executionId, null, now);
        // Never an open one: its parent, if it has one, would wait for ever. It is terminated first.
        var replaceable = request.Replaceable.Where(status => status.IsTerminal()).ToList();
        return new CommitBatch(instanceId, new Guard.MayStart(replaceable)) { Instance = instance, Messages = [message] };
    }

    /// <exception cref="ArgumentException">An open instance, which is terminated to be replaced, could then not be replaced.</exception>
    public static void CheckReplaceable(StartRequest request)
    {
        if (request.Replaceable.Any(status => !status.IsTerminal()) && !request.Replaceable.Contains(OrchestrationRuntimeStatus.Terminated))
        {
            throw new ArgumentException(
                "An instance that runs is terminated before it is replaced, so one that is terminated must be replaceable too.", nameof(request));
        }
    }

    /// <summary>The row and the first message of an execution that begins.</summary>
    public static (InstanceState Instance, InboxMessage Start) NewExecution(
        StartRequest request, string instanceId, string executionId, ParentInstance? parent, DateTimeOffset now)
    {
        var instance = new InstanceState(instanceId, executionId, request.Name)
        {
            Version = request.Version,
            CreatedAt = now,
            LastUpdatedAt = now,
            StartAt = request.StartAt,
            Input = request.Input,
            Tags = request.Tags,
            Parent = parent,
        };
        var isLater = request.StartAt > now;
        var start = new InboxMessage(instanceId, executionId, Started(instance, now) with { Trace = request.Trace }, isLater ? request.StartAt!.Value : now);
        return (instance, start with { Front = true, IsTimed = isLater });
    }

    /// <summary>How the history of this row's execution begins.</summary>
    public static ExecutionStarted Started(InstanceState row, DateTimeOffset now) => new(row.ExecutionId, row.Name, row.Version, row.Input)
    {
        Timestamp = now,
        Parent = row.Parent,
        Tags = row.Tags.Count == 0 ? null : row.Tags,
    };

    public static CommitBatch Raise(string instanceId, InstanceRequest.Raise raise, DateTimeOffset now) =>
        new(instanceId, new Guard.IsOpen(null))
        {
            Messages = [new InboxMessage(instanceId, null, new EventRaised(raise.EventName, raise.Payload) { Timestamp = now }, now)],
        };

    public static CommitBatch Terminate(InstanceState state, InstanceRequest.Terminate terminate, DateTimeOffset now) => Endings.EndAtOnce(
        state,
        new Guard.IsOpen(state.ExecutionId, state.Revision),
        new ExecutionTerminated(terminate.Output),
        new ExecutionCompleted(OrchestrationRuntimeStatus.Terminated, terminate.Output),
        now);

    /// <summary>Null if there is nothing to do. The step that runs, if one does, may still commit.</summary>
    public static CommitBatch? Suspend(InstanceState state, InstanceRequest.Suspend suspend, DateTimeOffset now) =>
        state.IsOpen && state.Status != OrchestrationRuntimeStatus.Suspended
            ? TurnTo(suspended: true, state, new ExecutionSuspended(suspend.Reason), now)
            : null;

    /// <summary>Null if there is nothing to do.</summary>
    public static CommitBatch? Resume(InstanceState state, InstanceRequest.Resume resume, DateTimeOffset now) =>
        state.Status == OrchestrationRuntimeStatus.Suspended ? TurnTo(suspended: false, state, new ExecutionResumed(resume.Reason), now) : null;

    /// <summary>The failed instance is open again; the rest is for a worker to say, which has the code.</summary>
    /// <exception cref="OrchestrationStatusException">It has not failed.</exception>
    public static CommitBatch Rewind(InstanceState state, InstanceRequest.Rewind rewind, DateTimeOffset now) =>
        state.Status == OrchestrationRuntimeStatus.Failed
            ? new CommitBatch(state.InstanceId, new Guard.HasStatus(state.ExecutionId, OrchestrationRuntimeStatus.Failed))
            {
                Instance = Endings.Undone(state),
                Messages = [Rewound(state.InstanceId, rewind.Reason, now)],
            }
            : throw new OrchestrationStatusException(state.InstanceId, state.Status, "only one that has failed can be rewound.");

    /// <summary>Tells an instance that its failure is taken back. It comes before all else, and alone.</summary>
    public static InboxMessage Rewound(string instanceId, string? reason, DateTimeOffset now) =>
        new(instanceId, null, new ExecutionRewound(reason) { Timestamp = now }, now) { Front = true };

    /// <exception cref="OrchestrationStatusException">It is open, and its own id is asked for.</exception>
    public static StartRequest Restart(InstanceState state, string instanceId)
    {
        if (state.IsOpen && string.Equals(state.InstanceId, instanceId, StringComparison.Ordinal))
            throw new OrchestrationStatusException(instanceId, state.Status, "wait for its end, terminate it, or restart it under a new id.");
        return new StartRequest(state.Name, instanceId, state.Input)
        {
            Version = state.Version,
            Tags = state.Tags,
            Replaceable = [.. Enum.GetValues<OrchestrationRuntimeStatus>().Where(status => status.IsTerminal())],
        };
    }

    public static CommitBatch EndActivity(ActivityLease lease, ActivityCompletion completion, DateTimeOffset now) =>
        EndActivity(lease, completion.Result, completion.Failure, now);

    public static CommitBatch EndActivity(ActivityLease lease, string? result, TaskFailureDetails? failure, DateTimeOffset now)
    {
        var activity = lease.Activity;
        HistoryEvent answer = failure is null ? new TaskCompleted(activity.TaskId, result) : new TaskFailed(activity.TaskId, failure);
        return new CommitBatch(activity.InstanceId, new Guard.HoldsActivity(lease.Token))
        {
            Messages = [new InboxMessage(activity.InstanceId, activity.ExecutionId, answer with { Timestamp = now }, now)],
        };
    }

    // The status in the guard makes two requests at once into one: the second finds the status that it wants. The message belongs to
    // no execution, so that it outlives a step that begins the instance again.
    private static CommitBatch TurnTo(bool suspended, InstanceState state, HistoryEvent record, DateTimeOffset now) =>
        new(state.InstanceId, new Guard.HasStatus(state.ExecutionId, state.Status))
        {
            Suspended = suspended,
            Messages = [new InboxMessage(state.InstanceId, null, record with { Timestamp = now }, now)],
        };
}
