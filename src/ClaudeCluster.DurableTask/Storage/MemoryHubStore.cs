using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage;

/// <summary>A store that forgets with its process: for trials, simulation and tests.</summary>
public sealed class MemoryHubStore : ITaskHubStore
{
    public WorkBell Bell { get; } = new();
    public Task OpenAsync(CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<Verdict> CommitAsync(CommitBatch batch, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<IReadOnlyList<ClaimedStep>> ClaimStepsAsync(Claim claim, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<IReadOnlyList<ActivityLease>> ClaimActivitiesAsync(Claim claim, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<DateTimeOffset?> ReadNextDueAsync(DateTimeOffset after, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task RenewAsync(IReadOnlyCollection<string> workerIds, DateTimeOffset until, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<IReadOnlyList<Lease>> ReadExpiredAsync(DateTimeOffset now, int most, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<int> PurgeAsync(PurgeRequest request, int most, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<InstanceState?> ReadInstanceAsync(string instanceId, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(string instanceId, string executionId, CancellationToken cancellation = default) => throw new NotImplementedException();
    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) => throw new NotImplementedException();
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
