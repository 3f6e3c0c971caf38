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
        // Never an open one, whatever was asked for: its parent, if it has one, would wait for ever.
        var replaceable = request.Replaceable.Where(status => status.IsTerminal()).ToList();
        return new CommitBatch(instanceId, new Guard.MayStart(replaceable)) { Instance = instance, Messages = [message] };
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
        var started = new ExecutionStarted(executionId, request.Name, request.Version, request.Input)
        {
            Timestamp = now,
            Parent = parent,
            Tags = request.Tags.Count == 0 ? null : request.Tags,
        };
        var isLater = request.StartAt > now;
        return (instance, new InboxMessage(instanceId, executionId, started, isLater ? request.StartAt!.Value : now) { Front = true, IsTimed = isLater });
    }

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

    public static CommitBatch EndActivity(ActivityLease lease, string? result, TaskFailureDetails? failure, DateTimeOffset now)
    {
        var activity = lease.Activity;
        HistoryEvent answer = failure is null ? new TaskCompleted(activity.TaskId, result) : new TaskFailed(activity.TaskId, failure);
        return new CommitBatch(activity.InstanceId, new Guard.HoldsActivity(lease.Token))
        {
            Messages = [new InboxMessage(activity.InstanceId, activity.ExecutionId, answer with { Timestamp = now }, now)],
        };
    }
}
