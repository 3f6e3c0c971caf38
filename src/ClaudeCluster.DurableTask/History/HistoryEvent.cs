using System.Text.Json.Serialization;
using ClaudeCluster.DurableTask.Client;

namespace ClaudeCluster.DurableTask.History;

/// <summary>
/// One thing that happened in an orchestration. The family is closed; it is extended, never changed, because histories written
/// years ago must still be read. A step writes: <see cref="OrchestratorStarted"/>, what came in, what the code asked for, and
/// <see cref="OrchestratorCompleted"/> or the end.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(OrchestratorStarted), "orchestratorStarted")]
[JsonDerivedType(typeof(ExecutionStarted), "executionStarted")]
[JsonDerivedType(typeof(TaskScheduled), "taskScheduled")]
[JsonDerivedType(typeof(TaskCompleted), "taskCompleted")]
[JsonDerivedType(typeof(TaskFailed), "taskFailed")]
[JsonDerivedType(typeof(SubOrchestrationCreated), "subOrchestrationCreated")]
[JsonDerivedType(typeof(SubOrchestrationCompleted), "subOrchestrationCompleted")]
[JsonDerivedType(typeof(SubOrchestrationFailed), "subOrchestrationFailed")]
[JsonDerivedType(typeof(TimerCreated), "timerCreated")]
[JsonDerivedType(typeof(TimerFired), "timerFired")]
[JsonDerivedType(typeof(EventRaised), "eventRaised")]
[JsonDerivedType(typeof(EventSent), "eventSent")]
[JsonDerivedType(typeof(ExecutionSuspended), "executionSuspended")]
[JsonDerivedType(typeof(ExecutionResumed), "executionResumed")]
[JsonDerivedType(typeof(ExecutionRewound), "executionRewound")]
[JsonDerivedType(typeof(ExecutionTerminated), "executionTerminated")]
[JsonDerivedType(typeof(ExecutionPoisoned), "executionPoisoned")]
[JsonDerivedType(typeof(ExecutionCompleted), "executionCompleted")]
[JsonDerivedType(typeof(ContinuedAsNew), "continuedAsNew")]
[JsonDerivedType(typeof(OrchestratorCompleted), "orchestratorCompleted")]
public abstract record HistoryEvent
{
    private protected HistoryEvent()
    {
    }

    /// <summary>When it happened, by the hub's clock.</summary>
    [JsonPropertyOrder(-1)]
    public DateTimeOffset Timestamp { get; init; }
}

/// <summary>A step began. Its timestamp is the orchestrator's current time until the next step.</summary>
public sealed record OrchestratorStarted : HistoryEvent;

/// <summary>The execution began.</summary>
public sealed record ExecutionStarted(string ExecutionId, string Name, string Version, string? Input) : HistoryEvent
{
    public ParentInstance? Parent { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>The trace that this is a part of; null if there is none.</summary>
    public TraceContext? Trace { get; init; }
}

/// <summary>The code asked for an activity.</summary>
public sealed record TaskScheduled(int TaskId, string Name, string Version, string? Input) : HistoryEvent
{
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>The trace that this is a part of; null if there is none.</summary>
    public TraceContext? Trace { get; init; }
}

/// <summary>An activity gave its result.</summary>
public sealed record TaskCompleted(int TaskId, string? Result) : HistoryEvent;

/// <summary>An activity failed.</summary>
public sealed record TaskFailed(int TaskId, TaskFailureDetails Failure) : HistoryEvent;

/// <summary>The code asked for a sub-orchestration.</summary>
public sealed record SubOrchestrationCreated(int TaskId, string InstanceId, string Name, string Version, string? Input) : HistoryEvent
{
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>The trace that this is a part of; null if there is none.</summary>
    public TraceContext? Trace { get; init; }
}

/// <summary>A sub-orchestration gave its result.</summary>
public sealed record SubOrchestrationCompleted(int TaskId, string? Result) : HistoryEvent;

/// <summary>A sub-orchestration failed, was terminated, or could not be started.</summary>
public sealed record SubOrchestrationFailed(int TaskId, TaskFailureDetails Failure) : HistoryEvent;

/// <summary>The code asked for a timer.</summary>
public sealed record TimerCreated(int TaskId, DateTimeOffset FireAt) : HistoryEvent;

/// <summary>A timer's instant has passed.</summary>
public sealed record TimerFired(int TaskId, DateTimeOffset FireAt) : HistoryEvent;

/// <summary>An event came from outside, or from another orchestration.</summary>
public sealed record EventRaised(string Name, string? Input) : HistoryEvent;

/// <summary>The code sent an event to another orchestration.</summary>
public sealed record EventSent(int TaskId, string InstanceId, string Name, string? Input) : HistoryEvent;

/// <summary>A person or program suspended the instance. It took no step from then until <see cref="ExecutionResumed"/>.</summary>
public sealed record ExecutionSuspended(string? Reason) : HistoryEvent;

/// <summary>A person or program let the suspended instance go on.</summary>
public sealed record ExecutionResumed(string? Reason) : HistoryEvent;

/// <summary>A person or program took the failure back: what had failed is tried again.</summary>
public sealed record ExecutionRewound(string? Reason) : HistoryEvent;

/// <summary>A person or program ended the execution.</summary>
public sealed record ExecutionTerminated(string? Output) : HistoryEvent;

/// <summary>The hub ended the execution: no worker survives its next step.</summary>
public sealed record ExecutionPoisoned(TaskFailureDetails Failure) : HistoryEvent;

/// <summary>The execution ended.</summary>
public sealed record ExecutionCompleted(OrchestrationRuntimeStatus Status, string? Output) : HistoryEvent
{
    public TaskFailureDetails? Failure { get; init; }
}

/// <summary>The execution ended and the instance began again with a new input.</summary>
public sealed record ContinuedAsNew(string NewExecutionId, string? Input) : HistoryEvent
{
    /// <summary>The version from now on; null if it stays.</summary>
    public string? NewVersion { get; init; }
}

/// <summary>A step ended; the orchestration waits.</summary>
public sealed record OrchestratorCompleted : HistoryEvent;

/// <summary>Who waits for a sub-orchestration: the exact call of the exact execution.</summary>
public sealed record ParentInstance(string InstanceId, string ExecutionId, string Name, int TaskId)
{
    internal ParentOrchestrationInstance ToPublic() => new(Name, InstanceId);
}
