using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Kit;

/// <summary>Tells tests what was committed, so that they wait for a signal and not for time.</summary>
internal sealed class WatchedStore(ITaskHubStore inner) : ITaskHubStore
{
    private readonly Lock _lock = new();
    private readonly List<CommitBatch> _committed = [];
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public WorkBell Bell => inner.Bell;

    /// <summary>Waits until a step of this instance has recorded such an event, now or earlier.</summary>
    public Task WaitForAsync<T>(string instanceId, Func<T, bool>? condition = null, int times = 1)
        where T : HistoryEvent =>
        WaitAsync(committed => committed
            .Where(batch => batch.InstanceId == instanceId)
            .SelectMany(batch => batch.History)
            .OfType<T>()
            .Count(condition ?? (_ => true)) >= times);

    /// <summary>Called after each look for steps, for what may happen between the look and the wait.</summary>
    public Action? AfterLook { get; set; }

    /// <summary>Called before each commit; what it throws is thrown in place of the commit.</summary>
    public Action<CommitBatch>? BeforeCommit { get; set; }

    /// <summary>Called with the instance before a history is read; what it throws is thrown in place of the history.</summary>
    public Action<string>? BeforeHistory { get; set; }

    /// <summary>Awaited after an instance was read, for what may happen between the reading and what is decided by it.</summary>
    public Func<Task>? AfterInstance { get; set; }

    /// <summary>Called before each part of a purge; what it throws is thrown in place of it.</summary>
    public Action<PurgeRequest>? BeforePurge { get; set; }

    /// <summary>Awaited with the instance before a history is read.</summary>
    public Func<string, Task>? BeforeHistoryAsync { get; set; }

    public int Count<T>(string instanceId)
        where T : HistoryEvent
    {
        lock (_lock)
            return _committed.Where(batch => batch.InstanceId == instanceId).SelectMany(batch => batch.History).OfType<T>().Count();
    }

    /// <summary>Waits until so many activities of this instance have answered.</summary>
    public Task SettledActivitiesAsync(string instanceId, int count) => WaitAsync(committed =>
        committed.Count(batch => batch.InstanceId == instanceId && batch is { Guard: Guard.HoldsActivity, Leased: Disposition.Done }) >= count);

    public int Commits
    {
        get
        {
            lock (_lock)
                return _committed.Count;
        }
    }

    /// <summary>Work that was given back in order.</summary>
    public int Refusals
    {
        get
        {
            lock (_lock)
                return _committed.Count(batch => batch.Leased == Disposition.Returned);
        }
    }

    /// <summary>Waits until work was given back in order so many times.</summary>
    public Task RefusalsAsync(int count) => WaitAsync(committed => committed.Count(batch => batch.Leased == Disposition.Returned) >= count);

    /// <summary>Waits until so many commits were made.</summary>
    public Task CommitsAsync(int count) => WaitAsync(committed => committed.Count >= count);

    private async Task WaitAsync(Func<List<CommitBatch>, bool> enough)
    {
        while (true)
        {
            Task next;
            lock (_lock)
            {
                if (enough(_committed))
                    return;
                next = _next.Task;
            }

            await next.WaitAsync(Cluster.Patience);
        }
    }

    public async Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout, CancellationToken cancellation = default)
    {
        BeforeCommit?.Invoke(batch);
        var result = await inner.CommitAsync(batch, handout, cancellation);
        if (result.Verdict != Verdict.Committed)
            return result;
        lock (_lock)
        {
            _committed.Add(batch);
            _next.TrySetResult();
            _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return result;
    }

    public Task OpenAsync(CancellationToken cancellation = default) => inner.OpenAsync(cancellation);

    public async Task<IReadOnlyList<ClaimedStep>> ClaimStepsAsync(Claim claim, CancellationToken cancellation = default)
    {
        var claimed = await inner.ClaimStepsAsync(claim, cancellation);
        AfterLook?.Invoke();
        return claimed;
    }

    public Task<IReadOnlyList<ActivityLease>> ClaimActivitiesAsync(Claim claim, CancellationToken cancellation = default) =>
        inner.ClaimActivitiesAsync(claim, cancellation);

    public Task<DateTimeOffset?> ReadNextDueAsync(DateTimeOffset after, CancellationToken cancellation = default) => inner.ReadNextDueAsync(after, cancellation);

    public Task RenewAsync(IReadOnlyCollection<string> tokens, DateTimeOffset until, CancellationToken cancellation = default) =>
        inner.RenewAsync(tokens, until, cancellation);

    public Task<IReadOnlyList<Lease>> ReadExpiredAsync(DateTimeOffset now, int most, CancellationToken cancellation = default) =>
        inner.ReadExpiredAsync(now, most, cancellation);

    public Task<int> PurgeAsync(PurgeRequest request, int most, CancellationToken cancellation = default)
    {
        BeforePurge?.Invoke(request);
        return inner.PurgeAsync(request, most, cancellation);
    }

    public async Task<InstanceState?> ReadInstanceAsync(string instanceId, CancellationToken cancellation = default)
    {
        var state = await inner.ReadInstanceAsync(instanceId, cancellation);
        await (AfterInstance?.Invoke() ?? Task.CompletedTask);
        return state;
    }

    public async Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(string instanceId, string executionId, CancellationToken cancellation = default)
    {
        BeforeHistory?.Invoke(instanceId);
        if (BeforeHistoryAsync is { } before)
            await before(instanceId);
        return await inner.ReadHistoryAsync(instanceId, executionId, cancellation);
    }

    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) => inner.QueryAsync(query, cancellation);

    public Task<IReadOnlyList<InstanceState>> ReadChildrenAsync(string instanceId, CancellationToken cancellation = default) =>
        inner.ReadChildrenAsync(instanceId, cancellation);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
