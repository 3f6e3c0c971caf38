using System.Runtime.CompilerServices;
using ClaudeCluster.DurableTask.Diagnostics;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.DurableTask.Client;

/// <summary>Starts, steers and watches orchestrations of one hub.</summary>
public sealed class DurableTaskClient(ITaskHub hub, DataConverter? converter = null)
{
    private readonly DataConverter _converter = converter ?? JsonDataConverter.Default;

    /// <summary>The version of orchestrations that are started without one.</summary>
    /// <value>Default: none.</value>
    public TaskVersion DefaultVersion { get; init; }

    /// <summary>Starts an orchestration and returns its instance id.</summary>
    /// <exception cref="OrchestrationAlreadyExistsException">The id is taken.</exception>
    /// <exception cref="ArgumentException">The options contradict each other, or something is longer than the hub takes.</exception>
    public async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        using var span = Tracing.Start(orchestratorName);
        var start = new StartRequest(orchestratorName, options?.InstanceId, _converter.Serialize(input))
        {
            StartAt = options?.StartAt,
            Tags = options?.Tags ?? new Dictionary<string, string>(StringComparer.Ordinal),
            Version = options?.Version ?? DefaultVersion,
            Replaceable = Replaceable(options?.DedupeStatuses),
            Trace = Tracing.Current,
        };
        var id = await hub.StartAsync(start, cancellation);
        span?.SetTag("durabletask.task.instance_id", id);
        return id;
    }

    /// <summary>The instance, or null if there is none.</summary>
    public async Task<OrchestrationMetadata?> GetInstanceAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        await hub.GetAsync(instanceId, getInputsAndOutputs, cancellation) is { } state ? ToMetadata(state, getInputsAndOutputs) : null;

    /// <summary>Waits until the orchestration has taken its first step.</summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, Until.Started, getInputsAndOutputs, cancellation);

    /// <summary>Waits until the orchestration has ended, in whatever way.</summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, Until.Completed, getInputsAndOutputs, cancellation);

    /// <summary>Sends an event to an orchestration. One that has ended drops it.</summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return hub.RequestAsync(instanceId, new InstanceRequest.Raise(eventName, _converter.Serialize(eventPayload)), cancellation);
    }

    /// <summary>Ends an orchestration at once, wherever it stands; needs no worker. One that has ended stays as it is.</summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public Task TerminateInstanceAsync(string instanceId, object? output, CancellationToken cancellation = default) =>
        TerminateInstanceAsync(instanceId, new TerminateInstanceOptions(output), cancellation);

    /// <inheritdoc cref="TerminateInstanceAsync(string, object?, CancellationToken)"/>
    public Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        var terminate = new InstanceRequest.Terminate(_converter.Serialize(options?.Output)) { Recursive = options?.Recursive ?? false };
        return hub.RequestAsync(instanceId, terminate, cancellation);
    }

    /// <summary>
    /// Lets an orchestration take no further step until it is resumed. What comes meanwhile is kept; activities that run go on, and a step
    /// that runs is still committed. One that has ended stays as it is.
    /// </summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        hub.RequestAsync(instanceId, new InstanceRequest.Suspend(reason), cancellation);

    /// <summary>Lets a suspended orchestration go on. One that is not suspended stays as it is.</summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        hub.RequestAsync(instanceId, new InstanceRequest.Resume(reason), cancellation);

    /// <summary>
    /// Takes the failure of an orchestration back: the activities and sub-orchestrations that failed are tried again, all other results are
    /// kept. Failures that the code had caught and acted upon stay.
    /// </summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    /// <exception cref="OrchestrationStatusException">It has not failed.</exception>
    public Task RewindInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        hub.RequestAsync(instanceId, new InstanceRequest.Rewind(reason), cancellation);

    /// <summary>
    /// Begins an orchestration again from its input, tags and version (of its last generation, if it continued as new), under its own id or
    /// a new one; the id of the new run.
    /// </summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    /// <exception cref="OrchestrationStatusException">It is open, and its own id is asked for.</exception>
    public Task<string> RestartAsync(string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default) =>
        hub.RestartAsync(instanceId, restartWithNewInstanceId, cancellation);

    /// <summary>Lists instances, page by page as they are asked for.</summary>
    public async IAsyncEnumerable<OrchestrationMetadata> GetAllInstancesAsync(
        OrchestrationQuery? filter = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var query = filter ?? new OrchestrationQuery();
        ArgumentOutOfRangeException.ThrowIfLessThan(query.PageSize, 1);
        do
        {
            var page = await hub.QueryAsync(query, cancellation);
            foreach (var state in page.Values)
                yield return ToMetadata(state, query.FetchInputsAndOutputs);
            query = query with { ContinuationToken = page.ContinuationToken };
        }
        while (query.ContinuationToken is not null);
    }

    /// <summary>Removes one ended instance with its history. An open one, or none, counts 0.</summary>
    public Task<PurgeResult> PurgeInstanceAsync(string instanceId, CancellationToken cancellation) => PurgeInstanceAsync(instanceId, null, cancellation);

    /// <inheritdoc cref="PurgeInstanceAsync(string, CancellationToken)"/>
    public Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
        hub.PurgeAsync(new PurgeRequest(instanceId, null) { Recursive = options?.Recursive ?? false }, cancellation);

    /// <summary>Removes all ended instances that the filter names.</summary>
    public Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter? filter, CancellationToken cancellation) =>
        PurgeAllInstancesAsync(filter, null, cancellation);

    /// <inheritdoc cref="PurgeAllInstancesAsync(PurgeInstancesFilter?, CancellationToken)"/>
    public Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter? filter = null, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
        hub.PurgeAsync(new PurgeRequest(null, filter ?? new PurgeInstancesFilter()) { Recursive = options?.Recursive ?? false }, cancellation);

    /// <summary>All that happened in the current execution, in order; empty if it has taken no step.</summary>
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public async Task<IReadOnlyList<HistoryEvent>> GetOrchestrationHistoryAsync(string instanceId, CancellationToken cancellation = default)
    {
        var events = new List<HistoryEvent>();
        await foreach (var happened in hub.ReadHistoryAsync(instanceId, null, cancellation))
            events.Add(happened);
        return events;
    }

    /// <exception cref="ArgumentException">A word that is no status: it would refuse nothing.</exception>
    private static OrchestrationRuntimeStatus[] Replaceable(IReadOnlyList<string>? dedupe) => dedupe is null
        ? []
        :
        [
            .. Enum.GetValues<OrchestrationRuntimeStatus>()
                .Except(dedupe.Select(status => Enum.Parse<OrchestrationRuntimeStatus>(status, ignoreCase: true))),
        ];

    private async Task<OrchestrationMetadata> WaitAsync(string instanceId, Until until, bool payloads, CancellationToken cancellation)
    {
        var state = await hub.WaitAsync(instanceId, until, payloads, cancellation);
        return state is null ? throw new OrchestrationNotFoundException(instanceId) : ToMetadata(state, payloads);
    }

    private OrchestrationMetadata ToMetadata(InstanceState state, bool payloads) => new(state, payloads, _converter);
}
