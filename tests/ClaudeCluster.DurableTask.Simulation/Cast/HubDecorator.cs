using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Simulation.Cast;

/// <summary>A hub as somebody reaches it: every call goes through <see cref="CallAsync"/>.</summary>
internal abstract class HubDecorator : ITaskHub
{
    public abstract IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, CancellationToken cancellation = default);

    public virtual Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation = default) =>
        CallAsync($"complete step {completion.Item.Token}", hub => hub.CompleteAsync(completion, cancellation));

    public Task<Receipt> CompleteAsync(ActivityCompletion completion, CancellationToken cancellation = default) =>
        CallAsync($"complete activity {completion.Item.Token}", hub => hub.CompleteAsync(completion, cancellation));

    public Task AbandonAsync(WorkItem item, CancellationToken cancellation = default) =>
        CallAsync($"abandon {item.Token}", async hub => { await hub.AbandonAsync(item, cancellation); return true; });

    public Task RefuseAsync(WorkItem item, CancellationToken cancellation = default) =>
        CallAsync($"refuse {item.Token}", async hub => { await hub.RefuseAsync(item, cancellation); return true; });

    public Task<string> StartAsync(StartRequest request, CancellationToken cancellation = default) =>
        CallAsync($"start {request.InstanceId}", hub => hub.StartAsync(request, cancellation));

    public Task<string> RestartAsync(string instanceId, bool withNewId, CancellationToken cancellation = default) =>
        CallAsync($"restart {instanceId}", hub => hub.RestartAsync(instanceId, withNewId, cancellation), mayComeTwice: false);

    public Task<InstanceState?> GetAsync(string instanceId, bool payloads, CancellationToken cancellation = default) =>
        CallAsync($"get {instanceId}", hub => hub.GetAsync(instanceId, payloads, cancellation));

    public Task<InstanceState?> WaitAsync(string instanceId, Until until, bool payloads, CancellationToken cancellation = default) =>
        CallAsync($"wait for {instanceId}", hub => hub.WaitAsync(instanceId, until, payloads, cancellation));

    public Task RequestAsync(string instanceId, InstanceRequest request, CancellationToken cancellation = default) =>
        CallAsync($"{request} on {instanceId}", async hub => { await hub.RequestAsync(instanceId, request, cancellation); return true; });

    public IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(string instanceId, string? executionId, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) =>
        CallAsync("query", hub => hub.QueryAsync(query, cancellation));

    public Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellation = default) =>
        CallAsync("purge", hub => hub.PurgeAsync(request, cancellation));

    protected abstract Task<T> CallAsync<T>(string what, Func<ITaskHub, Task<T>> call, bool mayComeTwice = true);
}
