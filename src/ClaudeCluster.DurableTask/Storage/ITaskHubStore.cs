using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage;

/// <summary>What can be read of a hub without taking part in it.</summary>
public interface ITaskHubReader
{
    Task<InstanceState?> ReadInstanceAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>The history of this execution; empty if it is not, or no longer, the current one.</summary>
    Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(string instanceId, string executionId, CancellationToken cancellation = default);

    Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default);

    /// <summary>The sub-orchestrations that this instance, in whichever execution, has begun and that are still stored.</summary>
    Task<IReadOnlyList<InstanceState>> ReadChildrenAsync(string instanceId, CancellationToken cancellation = default);
}

/// <summary>
/// Where a hub keeps its rows. A store decides nothing: it checks the guard of a batch and writes the batch in one transaction. All
/// stores pass one contract suite.
/// </summary>
public interface ITaskHubStore : ITaskHubReader, IAsyncDisposable
{
    /// <summary>Rung after each commit that left work which it did not hand out, so nobody has to poll.</summary>
    WorkBell Bell { get; }

    /// <summary>Makes ready. Leases found here belong to processes that are gone, if the store has one owner at a time.</summary>
    Task OpenAsync(CancellationToken cancellation = default);

    /// <summary>The one write: all of the batch or, if its guard does not hold, nothing. Work that it makes is handed out in the same transaction.</summary>
    Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default);

    Task<IReadOnlyList<ClaimedStep>> ClaimStepsAsync(Claim claim, CancellationToken cancellation = default);

    Task<IReadOnlyList<ActivityLease>> ClaimActivitiesAsync(Claim claim, CancellationToken cancellation = default);

    /// <summary>The next instant after <paramref name="after"/> at which waiting work becomes visible.</summary>
    Task<DateTimeOffset?> ReadNextDueAsync(DateTimeOffset after, CancellationToken cancellation = default);

    /// <summary>The leases with these tokens last at least until then.</summary>
    Task RenewAsync(IReadOnlyCollection<string> tokens, DateTimeOffset until, CancellationToken cancellation = default);

    /// <summary>Leases that ended at or before <paramref name="now"/>.</summary>
    Task<IReadOnlyList<Lease>> ReadExpiredAsync(DateTimeOffset now, int most, CancellationToken cancellation = default);

    /// <summary>Removes ended instances, at most so many; returns how many.</summary>
    Task<int> PurgeAsync(PurgeRequest request, int most, CancellationToken cancellation = default);
}

/// <summary>Commits of those who take no work themselves.</summary>
public static class TaskHubStoreExtensions
{
    /// <inheritdoc cref="ITaskHubStore.CommitAsync"/>
    public static async Task<Verdict> CommitAsync(this ITaskHubStore store, CommitBatch batch, CancellationToken cancellation = default) =>
        (await store.CommitAsync(batch, null, cancellation)).Verdict;
}
