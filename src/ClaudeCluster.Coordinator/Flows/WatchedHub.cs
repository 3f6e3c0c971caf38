using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.Coordinator;

/// <summary>The hub as the flows' worker sees it, and one who looks on: what became of an event is noted when it is durable.</summary>
internal sealed class WatchedHub(ITaskHub hub, EventNotes notes) : ITaskHub
{
    private static readonly string Events = ReceiveEvent.InstanceId(string.Empty);

    public async Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation = default)
    {
        var receipt = await hub.CompleteAsync(completion, cancellation);
        if (receipt == Receipt.Accepted && IsDecision(completion))
            await notes.DecidedAsync(hub, completion.Item.InstanceId, completion.Item.ExecutionId, cancellation);
        return receipt;
    }

    public Task<Receipt> CompleteAsync(ActivityCompletion completion, CancellationToken cancellation = default) => hub.CompleteAsync(completion, cancellation);

    public IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, CancellationToken cancellation = default) => hub.ReceiveAsync(offer, cancellation);

    public Task AbandonAsync(WorkItem item, CancellationToken cancellation = default) => hub.AbandonAsync(item, cancellation);

    public Task RefuseAsync(WorkItem item, CancellationToken cancellation = default) => hub.RefuseAsync(item, cancellation);

    public IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(string instanceId, string? executionId, CancellationToken cancellation = default) => hub.ReadHistoryAsync(instanceId, executionId, cancellation);

    public Task<string> StartAsync(StartRequest request, CancellationToken cancellation = default) => hub.StartAsync(request, cancellation);

    public Task<InstanceState?> GetAsync(string instanceId, bool payloads, CancellationToken cancellation = default) => hub.GetAsync(instanceId, payloads, cancellation);

    public Task<InstanceState?> WaitAsync(string instanceId, Until until, bool payloads, CancellationToken cancellation = default) => hub.WaitAsync(instanceId, until, payloads, cancellation);

    public Task RequestAsync(string instanceId, InstanceRequest request, CancellationToken cancellation = default) => hub.RequestAsync(instanceId, request, cancellation);

    public Task<string> RestartAsync(string instanceId, bool withNewId, CancellationToken cancellation = default) => hub.RestartAsync(instanceId, withNewId, cancellation);

    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) => hub.QueryAsync(query, cancellation);

    public Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellation = default) => hub.PurgeAsync(request, cancellation);

    private static bool IsDecision(StepCompletion completion) =>
        completion.Item.InstanceId.StartsWith(Events, StringComparison.Ordinal)
        && completion.Actions.Any(action => action is OrchestratorAction.Complete or OrchestratorAction.Fail);
}
