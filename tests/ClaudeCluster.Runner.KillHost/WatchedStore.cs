using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.Runner.KillHost;

/// <summary>Passes a kill point before and after each commit.</summary>
internal sealed class WatchedStore(ITaskHubStore inner, KillPoints points) : ITaskHubStore
{
    public WorkBell Bell => inner.Bell;

    public Task OpenAsync(CancellationToken cancellation = default) => inner.OpenAsync(cancellation);

    public Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default) =>
        points.AroundAsync("commit", () => inner.CommitAsync(batch, handout, cancellation));

    public Task<IReadOnlyList<ClaimedStep>> ClaimStepsAsync(Claim claim, CancellationToken cancellation = default) => inner.ClaimStepsAsync(claim, cancellation);

    public Task<IReadOnlyList<ActivityLease>> ClaimActivitiesAsync(Claim claim, CancellationToken cancellation = default) =>
        inner.ClaimActivitiesAsync(claim, cancellation);

    public Task<DateTimeOffset?> ReadNextDueAsync(DateTimeOffset after, CancellationToken cancellation = default) => inner.ReadNextDueAsync(after, cancellation);

    public Task RenewAsync(IReadOnlyCollection<string> tokens, DateTimeOffset until, CancellationToken cancellation = default) =>
        inner.RenewAsync(tokens, until, cancellation);

    public Task<IReadOnlyList<Lease>> ReadExpiredAsync(DateTimeOffset now, int most, CancellationToken cancellation = default) =>
        inner.ReadExpiredAsync(now, most, cancellation);

    public Task<int> PurgeAsync(PurgeRequest request, int most, CancellationToken cancellation = default) => inner.PurgeAsync(request, most, cancellation);

    public Task<InstanceState?> ReadInstanceAsync(string instanceId, CancellationToken cancellation = default) => inner.ReadInstanceAsync(instanceId, cancellation);

    public Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(string instanceId, string executionId, CancellationToken cancellation = default) =>
        inner.ReadHistoryAsync(instanceId, executionId, cancellation);

    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) => inner.QueryAsync(query, cancellation);

    public Task<IReadOnlyList<InstanceState>> ReadChildrenAsync(string instanceId, CancellationToken cancellation = default) =>
        inner.ReadChildrenAsync(instanceId, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
