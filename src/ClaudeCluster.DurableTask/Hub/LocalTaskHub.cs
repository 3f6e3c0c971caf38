using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>A hub in this process, over a store.</summary>
public sealed class LocalTaskHub : ITaskHub, IAsyncDisposable
{
    public LocalTaskHub(ITaskHubStore store, TimeProvider time, ILoggerFactory? logs = null, LocalTaskHubOptions? options = null)
    {
        _ = (store, time, logs, options);
    }

    /// <summary>Opens the store, takes back what dead processes held, and begins to keep leases.</summary>
    public Task OpenAsync(CancellationToken cancellation = default) => throw new NotImplementedException();
    public IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<Receipt> CompleteAsync(ActivityCompletion completion, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task AbandonAsync(WorkItem item, CancellationToken cancellation = default) => throw new NotImplementedException();
    public IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(string instanceId, string? executionId, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<string> StartAsync(StartRequest request, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<InstanceState?> GetAsync(string instanceId, bool payloads, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<InstanceState?> WaitAsync(string instanceId, Until until, bool payloads, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task RequestAsync(string instanceId, InstanceRequest request, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellation = default) => throw new NotImplementedException();
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
