using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>
/// The one interface between workers and clients on one side and durable orchestrations on the other. Where the hub is in another process,
/// any call may fail with a <see cref="HubCallException"/>.
/// </summary>
public interface ITaskHub
{
    /// <summary>Work as it comes, never more than the offer has room for. Ends when the token is cancelled.</summary>
    IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, CancellationToken cancellation = default);

    Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation = default);

    Task<Receipt> CompleteAsync(ActivityCompletion completion, CancellationToken cancellation = default);

    /// <summary>Gives work back undone; another worker may take it at once. The delivery does not count towards poison.</summary>
    Task AbandonAsync(WorkItem item, CancellationToken cancellation = default);

    /// <summary>
    /// Gives work back because this worker has no code for its version: another worker may take it at once, this one is not offered
    /// that version of that task again while it is connected. The delivery does not count towards poison.
    /// </summary>
    Task RefuseAsync(WorkItem item, CancellationToken cancellation = default) => AbandonAsync(item, cancellation);

    /// <summary>The history of the current execution, or of the one named if it is the current one.</summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(string instanceId, string? executionId, CancellationToken cancellation = default);

    /// <exception cref="OrchestrationAlreadyExistsException">The id is taken.</exception>
    Task<string> StartAsync(StartRequest request, CancellationToken cancellation = default);

    Task<InstanceState?> GetAsync(string instanceId, bool payloads, CancellationToken cancellation = default);

    /// <summary>Waits; null if there is no such instance, or no longer.</summary>
    Task<InstanceState?> WaitAsync(string instanceId, Until until, bool payloads, CancellationToken cancellation = default);

    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    /// <exception cref="OrchestrationStatusException">An instance with this status cannot do that.</exception>
    Task RequestAsync(string instanceId, InstanceRequest request, CancellationToken cancellation = default);

    /// <summary>Begins again with the name, version, input and tags of an instance; the id of the new one.</summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    /// <exception cref="OrchestrationStatusException">It is open, and its own id is asked for.</exception>
    Task<string> RestartAsync(string instanceId, bool withNewId, CancellationToken cancellation = default);

    Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default);

    Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellation = default);
}

/// <summary>What a waiter waits for.</summary>
public enum Until
{
    Started,
    Completed,
}

/// <summary>A start as the hub takes it. Without an id, one is made.</summary>
public sealed record StartRequest(TaskName Name, string? InstanceId, string? Input)
{
    public TaskVersion Version { get; init; }

    public DateTimeOffset? StartAt { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = InstanceState.NoTags;

    /// <summary>The trace that this start is a part of; null if there is none.</summary>
    public TraceContext? Trace { get; init; }

    /// <summary>Statuses of an instance with the same id that this start may replace. An open one is terminated first.</summary>
    public IReadOnlyCollection<OrchestrationRuntimeStatus> Replaceable { get; init; } = [];
}

/// <summary>What one may ask of an instance. A closed family.</summary>
public abstract record InstanceRequest
{
    private InstanceRequest()
    {
    }

    public sealed record Raise(string EventName, string? Payload) : InstanceRequest;

    public sealed record Terminate(string? Output) : InstanceRequest
    {
        /// <summary>Also the open sub-orchestrations below it.</summary>
        public bool Recursive { get; init; }
    }

    public sealed record Suspend(string? Reason) : InstanceRequest;

    public sealed record Resume(string? Reason) : InstanceRequest;

    public sealed record Rewind(string? Reason) : InstanceRequest;
}

/// <summary>One instance by its id, or all ended ones that a filter names.</summary>
public sealed record PurgeRequest(string? InstanceId, PurgeInstancesFilter? Filter)
{
    /// <summary>Also the ended sub-orchestrations below each. Stores do not look at this: the hub asks them for one after the other.</summary>
    public bool Recursive { get; init; }
}
