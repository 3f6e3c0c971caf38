using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay;
using Case = ClaudeCluster.DurableTask.Grpc.Protocol.OrchestratorAction.OrchestratorActionTypeOneofCase;

namespace ClaudeCluster.DurableTask.Grpc.Mapping;

/// <summary>What orchestrator code asked for, on the wire and ours.</summary>
internal static class ActionMapping
{
    /// <summary>The last action has an id of its own on the wire; nobody refers to it.</summary>
    private const int LastAction = -1;

    public static Proto.OrchestratorAction ToProto(OrchestratorAction action, string instanceId)
    {
        switch (action)
        {
            case OrchestratorAction.ScheduleTask a:
                var task = new Proto.ScheduleTaskAction { Name = a.Name, Version = a.Version, Input = a.Input, ParentTraceContext = a.Trace.ToProto() };
                task.Tags.Fill(a.Tags);
                return new() { Id = a.TaskId, ScheduleTask = task };
            case OrchestratorAction.StartSubOrchestration a:
                var child = new Proto.CreateSubOrchestrationAction
                {
                    InstanceId = a.InstanceId,
                    Name = a.Name,
                    Version = a.Version,
                    Input = a.Input,
                    ParentTraceContext = a.Trace.ToProto(),
                };
                child.Tags.Fill(a.Tags);
                return new() { Id = a.TaskId, CreateSubOrchestration = child };
            case OrchestratorAction.CreateTimer a:
                return new() { Id = a.TaskId, CreateTimer = new() { FireAt = a.FireAt.ToProto() } };
            case OrchestratorAction.SendEvent a:
                return new() { Id = a.TaskId, SendEvent = new() { Instance = new() { InstanceId = a.InstanceId }, Name = a.Name, Data = a.Input } };
            case OrchestratorAction.Complete a:
                return End(new() { OrchestrationStatus = Proto.OrchestrationStatus.Completed, Result = a.Output });
            case OrchestratorAction.Fail a:
                return End(new()
                {
                    OrchestrationStatus = Proto.OrchestrationStatus.Failed,
                    Result = a.Failure.ErrorMessage,
                    FailureDetails = a.Failure.ToProto(),
                });
            case OrchestratorAction.ContinueAsNew a:
                var next = new Proto.CompleteOrchestrationAction
                {
                    OrchestrationStatus = Proto.OrchestrationStatus.ContinuedAsNew,
                    Result = a.Input,
                    NewVersion = a.NewVersion,
                };
                next.CarryoverEvents.AddRange(a.CarriedEvents, instanceId);
                return End(next);
            case OrchestratorAction.Rewind a:
                var rewind = new Proto.RewindOrchestrationAction();
                rewind.NewHistory.AddRange(a.NewHistory, instanceId);
                return new() { Id = LastAction, RewindOrchestration = rewind };
            default:
                throw new ArgumentOutOfRangeException(nameof(action));
        }
    }

    /// <summary>
    /// In the order in which the code asked, the end last: of several ends the first counts. Events that an orchestration sends to itself
    /// before it begins again are those that it had received and nobody waited for; they come first in its next generation.
    /// </summary>
    /// <exception cref="RpcException">There is an action of a kind that is not spoken here, or two with one id.</exception>
    public static IReadOnlyList<OrchestratorAction> ToActions(
        IReadOnlyCollection<Proto.OrchestratorAction> messages, string instanceId, string executionId, TraceContext? trace)
    {
        var actions = new List<OrchestratorAction>(messages.Count);
        var ids = new HashSet<int>();
        Proto.CompleteOrchestrationAction? end = null;
        foreach (var message in messages)
        {
            if (IsEnd(message))
                end ??= message.CompleteOrchestration;
            else if (ids.Add(message.Id))
                actions.Add(ToAction(message, executionId));
            else
                throw new RpcException(StatusCode.InvalidArgument, "Two actions of a step have the same id.");
        }

        if (end is null)
            return actions;
        var last = ToEnd(end, trace);
        if (last is OrchestratorAction.ContinueAsNew next)
        {
            var carried = actions.OfType<OrchestratorAction.SendEvent>().Where(sent => string.Equals(sent.InstanceId, instanceId, StringComparison.Ordinal)).ToList();
            actions.RemoveAll(carried.Contains);
            last = next with { CarriedEvents = [.. carried.Select(sent => new EventRaised(sent.Name, sent.Input)), .. next.CarriedEvents] };
        }

        actions.Add(last);
        return actions;
    }

    private static Proto.OrchestratorAction End(Proto.CompleteOrchestrationAction end) => new() { Id = LastAction, CompleteOrchestration = end };

    private static bool IsEnd(Proto.OrchestratorAction message) => message.OrchestratorActionTypeCase == Case.CompleteOrchestration;

    private static OrchestratorAction ToAction(Proto.OrchestratorAction message, string executionId) => message.OrchestratorActionTypeCase switch
    {
        Case.ScheduleTask => ToAction(message.Id, message.ScheduleTask),
        Case.CreateSubOrchestration => ToAction(message.Id, message.CreateSubOrchestration, executionId),
        Case.CreateTimer => new OrchestratorAction.CreateTimer(message.Id, message.CreateTimer.FireAt.ToInstant()),
        Case.SendEvent => new OrchestratorAction.SendEvent(
            message.Id, message.SendEvent.Instance?.InstanceId ?? string.Empty, message.SendEvent.Name, message.SendEvent.Data.ToPayload()),
        Case.RewindOrchestration => new OrchestratorAction.Rewind([.. message.RewindOrchestration.NewHistory.Select(EventMapping.ToEvent)]),
        _ => throw new RpcException(StatusCode.InvalidArgument, $"An action of kind '{message.OrchestratorActionTypeCase}' is not spoken here."),
    };

    private static OrchestratorAction.ScheduleTask ToAction(int id, Proto.ScheduleTaskAction a) =>
        new(id, a.Name, a.Version ?? string.Empty, a.Input.ToPayload(), a.Tags.ToTags()) { Trace = a.ParentTraceContext.ToTrace() };

    private static OrchestratorAction.StartSubOrchestration ToAction(int id, Proto.CreateSubOrchestrationAction a, string executionId) =>
        new(
            id,
            string.IsNullOrEmpty(a.InstanceId) ? $"{executionId}-{id}" : a.InstanceId,
            a.Name,
            a.Version ?? string.Empty,
            a.Input.ToPayload(),
            a.Tags.ToTags())
        {
            Trace = a.ParentTraceContext.ToTrace(),
        };

    private static OrchestratorAction ToEnd(Proto.CompleteOrchestrationAction end, TraceContext? trace) => end.OrchestrationStatus switch
    {
        Proto.OrchestrationStatus.Completed => new OrchestratorAction.Complete(end.Result.ToPayload()),
        Proto.OrchestrationStatus.ContinuedAsNew => new OrchestratorAction.ContinueAsNew(
            end.Result.ToPayload(), [.. end.CarryoverEvents.Select(EventMapping.ToEvent).OfType<EventRaised>()])
        {
            NewVersion = end.NewVersion,
            Trace = trace,
        },
        Proto.OrchestrationStatus.Failed or Proto.OrchestrationStatus.Terminated or Proto.OrchestrationStatus.Canceled =>
            new OrchestratorAction.Fail(end.FailureDetails.ToFailure() ?? new TaskFailureDetails("Unknown", end.Result ?? "The worker gave no details.")),
        _ => throw new RpcException(StatusCode.InvalidArgument, $"An orchestration does not end as '{end.OrchestrationStatus}'."),
    };
}
