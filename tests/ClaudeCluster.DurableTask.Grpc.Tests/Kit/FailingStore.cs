using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Kit;

/// <summary>A store in memory whose disk is full when a test says so.</summary>
internal sealed class FailingStore : ITaskHubStore
{
    private readonly MemoryHubStore _inner = new();

    public bool Fails { get; set; }

    public WorkBell Bell => _inner.Bell;

    public Task OpenAsync(CancellationToken cancellation = default) => _inner.OpenAsync(cancellation);

    public Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default) =>
        Fails ? throw new IOException("The disk is full.") : _inner.CommitAsync(batch, handout, cancellation);

    public Task<IReadOnlyList<ClaimedStep>> ClaimStepsAsync(Claim claim, CancellationToken cancellation = default) => _inner.ClaimStepsAsync(claim, cancellation);

    public Task<IReadOnlyList<ActivityLease>> ClaimActivitiesAsync(Claim claim, CancellationToken cancellation = default) => _inner.ClaimActivitiesAsync(claim, cancellation);

    public Task<DateTimeOffset?> ReadNextDueAsync(DateTimeOffset after, CancellationToken cancellation = default) => _inner.ReadNextDueAsync(after, cancellation);

    public Task RenewAsync(IReadOnlyCollection<string> tokens, DateTimeOffset until, CancellationToken cancellation = default) => _inner.RenewAsync(tokens, until, cancellation);

    public Task<IReadOnlyList<Lease>> ReadExpiredAsync(DateTimeOffset now, int most, CancellationToken cancellation = default) => _inner.ReadExpiredAsync(now, most, cancellation);

    public Task<int> PurgeAsync(PurgeRequest request, int most, CancellationToken cancellation = default) => _inner.PurgeAsync(request, most, cancellation);

    public Task<InstanceState?> ReadInstanceAsync(string instanceId, CancellationToken cancellation = default) => _inner.ReadInstanceAsync(instanceId, cancellation);

    public Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(string instanceId, string executionId, CancellationToken cancellation = default) =>
        _inner.ReadHistoryAsync(instanceId, executionId, cancellation);

    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) => _inner.QueryAsync(query, cancellation);

    public Task<IReadOnlyList<InstanceState>> ReadChildrenAsync(string instanceId, CancellationToken cancellation = default) => _inner.ReadChildrenAsync(instanceId, cancellation);

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
