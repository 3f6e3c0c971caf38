using System.Text.Json;
using ClaudeCluster.DurableTask.History;
using Google.Protobuf.Collections;
using Case = ClaudeCluster.DurableTask.Grpc.Protocol.HistoryEvent.EventTypeOneofCase;

namespace ClaudeCluster.DurableTask.Grpc.Mapping;

/// <summary>History on the wire and ours. What the protocol has no word for travels as a generic event, in the words of <see cref="HistoryJson"/>.</summary>
internal static class EventMapping
{
    private const int NotAnAction = -1;

    public static void AddRange(this RepeatedField<Proto.HistoryEvent> target, IEnumerable<HistoryEvent> events, string instanceId) =>
        target.AddRange(events.Select(happened => ToProto(happened, instanceId)));

    public static Proto.HistoryEvent ToProto(HistoryEvent happened, string instanceId)
    {
        var message = Fill(new Proto.HistoryEvent { EventId = NotAnAction }, happened, instanceId);
        message.Timestamp = happened.Timestamp.ToProto();
        return message;
    }

    /// <exception cref="RpcException">It is of a kind that is not spoken here.</exception>
    public static HistoryEvent ToEvent(Proto.HistoryEvent message) => Read(message) with { Timestamp = message.Timestamp.ToInstant() };

    private static Proto.HistoryEvent Fill(Proto.HistoryEvent message, HistoryEvent happened, string instanceId)
    {
        switch (happened)
        {
            case OrchestratorStarted:
                message.OrchestratorStarted = new();
                break;
            case OrchestratorCompleted:
                message.OrchestratorCompleted = new();
                break;
            case ExecutionStarted e:
                message.ExecutionStarted = ToProto(e, instanceId);
                break;
            case TaskScheduled e:
                message.EventId = e.TaskId;
                message.TaskScheduled = new() { Name = e.Name, Version = e.Version, Input = e.Input, ParentTraceContext = e.Trace.ToProto() };
                message.TaskScheduled.Tags.Fill(e.Tags);
                break;
            case TaskCompleted e:
                message.TaskCompleted = new() { TaskScheduledId = e.TaskId, Result = e.Result };
                break;
            case TaskFailed e:
                message.TaskFailed = new() { TaskScheduledId = e.TaskId, FailureDetails = e.Failure.ToProto() };
                break;
            case SubOrchestrationCreated e:
                message.EventId = e.TaskId;
                message.SubOrchestrationInstanceCreated = new()
                {
                    InstanceId = e.InstanceId,
                    Name = e.Name,
                    Version = e.Version,
                    Input = e.Input,
                    ParentTraceContext = e.Trace.ToProto(),
                };
                message.SubOrchestrationInstanceCreated.Tags.Fill(e.Tags);
                break;
            case SubOrchestrationCompleted e:
                message.SubOrchestrationInstanceCompleted = new() { TaskScheduledId = e.TaskId, Result = e.Result };
                break;
            case SubOrchestrationFailed e:
                message.SubOrchestrationInstanceFailed = new() { TaskScheduledId = e.TaskId, FailureDetails = e.Failure.ToProto() };
                break;
            case TimerCreated e:
                message.EventId = e.TaskId;
                message.TimerCreated = new() { FireAt = e.FireAt.ToProto() };
                break;
            case TimerFired e:
                message.TimerFired = new() { TimerId = e.TaskId, FireAt = e.FireAt.ToProto() };
                break;
            case EventRaised e:
                message.EventRaised = new() { Name = e.Name, Input = e.Input };
                break;
            case EventSent e:
                message.EventId = e.TaskId;
                message.EventSent = new() { InstanceId = e.InstanceId, Name = e.Name, Input = e.Input };
                break;
            case ExecutionSuspended e:
                message.ExecutionSuspended = new() { Input = e.Reason };
                break;
            case ExecutionResumed e:
                message.ExecutionResumed = new() { Input = e.Reason };
                break;
            case ExecutionRewound e:
                message.ExecutionRewound = new() { Reason = e.Reason };
                break;
            case ExecutionTerminated e:
                message.ExecutionTerminated = new() { Input = e.Output };
                break;
            case ExecutionCompleted e:
                message.ExecutionCompleted = new()
                {
                    OrchestrationStatus = e.Status.ToProto(),
                    Result = e.Output,
                    FailureDetails = e.Failure.ToProto(),
                };
                break;
            default:
                message.GenericEvent = new() { Data = HistoryJson.WriteEvent(happened) };
                break;
        }

        return message;
    }

    private static Proto.ExecutionStartedEvent ToProto(ExecutionStarted e, string instanceId)
    {
        var started = new Proto.ExecutionStartedEvent
        {
            Name = e.Name,
            Version = e.Version,
            Input = e.Input,
            OrchestrationInstance = new() { InstanceId = instanceId, ExecutionId = e.ExecutionId },
            ParentTraceContext = e.Trace.ToProto(),
        };
        if (e.Parent is { } parent)
        {
            started.ParentInstance = new()
            {
                TaskScheduledId = parent.TaskId,
                Name = parent.Name,
                OrchestrationInstance = new() { InstanceId = parent.InstanceId, ExecutionId = parent.ExecutionId },
            };
        }

        started.Tags.Fill(e.Tags);
        return started;
    }

    private static HistoryEvent Read(Proto.HistoryEvent message) => message.EventTypeCase switch
    {
        Case.OrchestratorStarted => new OrchestratorStarted(),
        Case.OrchestratorCompleted => new OrchestratorCompleted(),
        Case.ExecutionStarted => ToEvent(message.ExecutionStarted),
        Case.TaskScheduled => ToEvent(message.EventId, message.TaskScheduled),
        Case.TaskCompleted => new TaskCompleted(message.TaskCompleted.TaskScheduledId, message.TaskCompleted.Result.ToPayload()),
        Case.TaskFailed => new TaskFailed(message.TaskFailed.TaskScheduledId, message.TaskFailed.FailureDetails.ToFailureOrUnknown()),
        Case.SubOrchestrationInstanceCreated => ToEvent(message.EventId, message.SubOrchestrationInstanceCreated),
        Case.SubOrchestrationInstanceCompleted => new SubOrchestrationCompleted(
            message.SubOrchestrationInstanceCompleted.TaskScheduledId, message.SubOrchestrationInstanceCompleted.Result.ToPayload()),
        Case.SubOrchestrationInstanceFailed => new SubOrchestrationFailed(
            message.SubOrchestrationInstanceFailed.TaskScheduledId, message.SubOrchestrationInstanceFailed.FailureDetails.ToFailureOrUnknown()),
        Case.TimerCreated => new TimerCreated(message.EventId, message.TimerCreated.FireAt.ToInstant()),
        Case.TimerFired => new TimerFired(message.TimerFired.TimerId, message.TimerFired.FireAt.ToInstant()),
        Case.EventRaised => new EventRaised(message.EventRaised.Name, message.EventRaised.Input.ToPayload()),
        Case.EventSent => new EventSent(message.EventId, message.EventSent.InstanceId, message.EventSent.Name, message.EventSent.Input.ToPayload()),
        Case.ExecutionSuspended => new ExecutionSuspended(message.ExecutionSuspended.Input),
        Case.ExecutionResumed => new ExecutionResumed(message.ExecutionResumed.Input),
        Case.ExecutionRewound => new ExecutionRewound(message.ExecutionRewound.Reason),
        Case.ExecutionTerminated => new ExecutionTerminated(message.ExecutionTerminated.Input.ToPayload()),
        Case.ExecutionCompleted => new ExecutionCompleted(
            message.ExecutionCompleted.OrchestrationStatus.ToStatus(), message.ExecutionCompleted.Result.ToPayload())
        {
            Failure = message.ExecutionCompleted.FailureDetails.ToFailure(),
        },
        Case.ContinueAsNew => new ContinuedAsNew(string.Empty, message.ContinueAsNew.Input.ToPayload()),
        Case.GenericEvent => ToEvent(message.GenericEvent),
        _ => throw new RpcException(StatusCode.InvalidArgument, $"A history event of kind '{message.EventTypeCase}' is not spoken here."),
    };

    private static ExecutionStarted ToEvent(Proto.ExecutionStartedEvent e) =>
        new(e.OrchestrationInstance?.ExecutionId ?? string.Empty, e.Name, e.Version ?? string.Empty, e.Input.ToPayload())
        {
            Parent = e.ParentInstance is { } parent
                ? new ParentInstance(
                    parent.OrchestrationInstance?.InstanceId ?? string.Empty,
                    parent.OrchestrationInstance?.ExecutionId ?? string.Empty,
                    parent.Name ?? string.Empty,
                    parent.TaskScheduledId)
                : null,
            Tags = e.Tags.ToTags(),
            Trace = e.ParentTraceContext.ToTrace(),
        };

    private static TaskScheduled ToEvent(int id, Proto.TaskScheduledEvent e) =>
        new(id, e.Name, e.Version ?? string.Empty, e.Input.ToPayload()) { Tags = e.Tags.ToTags(), Trace = e.ParentTraceContext.ToTrace() };

    private static SubOrchestrationCreated ToEvent(int id, Proto.SubOrchestrationInstanceCreatedEvent e) =>
        new(id, e.InstanceId, e.Name, e.Version ?? string.Empty, e.Input.ToPayload()) { Tags = e.Tags.ToTags(), Trace = e.ParentTraceContext.ToTrace() };

    private static HistoryEvent ToEvent(Proto.GenericEvent e)
    {
        try
        {
            return HistoryJson.ReadEvent(e.Data ?? string.Empty);
        }
        catch (JsonException)
        {
            // Another hub's own: nothing that an orchestrator sees.
            return new OrchestratorCompleted();
        }
    }
}
