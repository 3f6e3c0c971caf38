using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay;

namespace ClaudeCluster.DurableTask.WorkItems;

/// <summary>Work handed to a worker. The token is unguessable and new for each delivery: it is the fence that refuses late completions.</summary>
public abstract record WorkItem(string InstanceId, string ExecutionId, string Token);

/// <summary>One step of an orchestration: what is new, and, for who does not remember it, what was.</summary>
public sealed record StepWorkItem(
    string InstanceId, string ExecutionId, string Token, IReadOnlyList<HistoryEvent> New, IPastEvents Past)
    : WorkItem(InstanceId, ExecutionId, Token)
{
    /// <summary>The revision of the past (<see cref="InstanceState.Revision"/>).</summary>
    public int Revision { get; init; }
}

/// <summary>One run of an activity.</summary>
public sealed record ActivityWorkItem(
    string InstanceId,
    string ExecutionId,
    string Token,
    int TaskId,
    TaskName Name,
    TaskVersion Version,
    string? Input,
    IReadOnlyDictionary<string, string> Tags)
    : WorkItem(InstanceId, ExecutionId, Token)
{
    /// <summary>The trace that this is a part of; null if there is none.</summary>
    public TraceContext? Trace { get; init; }
}

/// <summary>The history before a step, read only when it is needed.</summary>
public interface IPastEvents
{
    /// <exception cref="System.Text.Json.JsonException">What is stored cannot be read: the step must fail its orchestration.</exception>
    Task<IReadOnlyList<HistoryEvent>> ReadAsync(CancellationToken cancellation);
}

/// <summary>Who asks for work: how many items it has room for, and which names it knows.</summary>
/// <param name="WorkerId">Names the process; its leases are renewed while it lives.</param>
/// <param name="StepRoom">Steps it holds at a time; 0 takes none.</param>
/// <param name="ActivityRoom">Activities it holds at a time; 0 takes none.</param>
/// <param name="Orchestrations">Names it can run; null means any, empty means none.</param>
/// <param name="Activities">Names it can run; null means any, empty means none.</param>
public sealed record WorkerOffer(
    string WorkerId, int StepRoom, int ActivityRoom, IReadOnlySet<TaskName>? Orchestrations, IReadOnlySet<TaskName>? Activities)
{
    /// <summary>Tokens of activities that it holds from an earlier connection, perhaps to a hub that was here before: they stay its own.</summary>
    public IReadOnlyCollection<string> Holds { get; init; } = [];
}

/// <summary>What a step did.</summary>
public sealed record StepCompletion(StepWorkItem Item, IReadOnlyList<OrchestratorAction> Actions, string? CustomStatus);

/// <summary>How an activity ended: a result, or a failure.</summary>
public sealed record ActivityCompletion(ActivityWorkItem Item, string? Result, TaskFailureDetails? Failure);

/// <summary>Whether a completion was taken.</summary>
public enum Receipt
{
    Accepted,

    /// <summary>The work had been given to somebody else, or its orchestration had ended. Nothing was written.</summary>
    LeaseLost,
}
