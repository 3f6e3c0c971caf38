using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Simulation.Faults;

/// <summary>A store around a store, which changes nothing by itself.</summary>
internal abstract class StoreDecorator(ITaskHubStore inner) : ITaskHubStore
{
    public virtual WorkBell Bell => inner.Bell;

    protected ITaskHubStore Inner => inner;

    public Task OpenAsync(CancellationToken cancellation = default) =>
        AroundAsync("open", async () => { await inner.OpenAsync(cancellation); return true; }, writes: true);

    public virtual Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default) =>
        AroundAsync("commit", () => inner.CommitAsync(batch, handout, cancellation), writes: true);

    public virtual Task<IReadOnlyList<ClaimedStep>> ClaimStepsAsync(Claim claim, CancellationToken cancellation = default) =>
        AroundAsync("claim steps", () => inner.ClaimStepsAsync(claim, cancellation), writes: true);

    public Task<IReadOnlyList<ActivityLease>> ClaimActivitiesAsync(Claim claim, CancellationToken cancellation = default) =>
        AroundAsync("claim activities", () => inner.ClaimActivitiesAsync(claim, cancellation), writes: true);

    public Task<DateTimeOffset?> ReadNextDueAsync(DateTimeOffset after, CancellationToken cancellation = default) =>
        AroundAsync("next due", () => inner.ReadNextDueAsync(after, cancellation));

    public Task RenewAsync(IReadOnlyCollection<string> tokens, DateTimeOffset until, CancellationToken cancellation = default) =>
        AroundAsync("renew", async () => { await inner.RenewAsync(tokens, until, cancellation); return true; }, writes: true);

    public Task<IReadOnlyList<Lease>> ReadExpiredAsync(DateTimeOffset now, int most, CancellationToken cancellation = default) =>
        AroundAsync("expired", () => inner.ReadExpiredAsync(now, most, cancellation));

    public Task<int> PurgeAsync(PurgeRequest request, int most, CancellationToken cancellation = default) =>
        AroundAsync("purge", () => inner.PurgeAsync(request, most, cancellation), writes: true);

    public Task<InstanceState?> ReadInstanceAsync(string instanceId, CancellationToken cancellation = default) =>
        AroundAsync("read", () => inner.ReadInstanceAsync(instanceId, cancellation));

    public Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(string instanceId, string executionId, CancellationToken cancellation = default) =>
        AroundAsync("read history", () => inner.ReadHistoryAsync(instanceId, executionId, cancellation));

    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) =>
        AroundAsync("query", () => inner.QueryAsync(query, cancellation));

    public Task<IReadOnlyList<InstanceState>> ReadChildrenAsync(string instanceId, CancellationToken cancellation = default) =>
        AroundAsync("read children", () => inner.ReadChildrenAsync(instanceId, cancellation));

    /// <summary>The disk stays when a hub closes.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    protected virtual Task<T> AroundAsync<T>(string what, Func<Task<T>> call, bool writes = false) => call();
}
