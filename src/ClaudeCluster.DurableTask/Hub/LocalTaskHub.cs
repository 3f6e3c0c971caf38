using System.Runtime.CompilerServices;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>A hub in this process, over a store.</summary>
public sealed class LocalTaskHub : ITaskHub, IAsyncDisposable
{
    private readonly ITaskHubStore _store;
    private readonly LocalTaskHubOptions _options;
    private readonly IIdSource _ids;
    private readonly HubClock _clock;
    private readonly ILogger _logger;
    private readonly Waiters _waiters = new();
    private readonly HeldWork _held;
    private readonly LeaseKeeper _keeper;
    private readonly Dispatch _dispatch;
    private readonly Requests _requests;
    private readonly Purges _purges;
    private readonly Limits _limits;
    private readonly CancellationTokenSource _closing = new();
    private Task _keeping = Task.CompletedTask;
    private int _disposed;

    public LocalTaskHub(ITaskHubStore store, TimeProvider time, ILoggerFactory? logs = null, LocalTaskHubOptions? options = null)
    {
        _store = store;
        _options = options ?? new LocalTaskHubOptions();
        _ids = _options.Ids ?? new RandomIds(time);
        _clock = new HubClock(time);
        _logger = (logs ?? NullLoggerFactory.Instance).CreateLogger<LocalTaskHub>();
        _held = new HeldWork(_ids);
        _keeper = new LeaseKeeper(store, _held, _clock, _options, _waiters.Changed, _logger);
        _dispatch = new Dispatch(store, _clock, _held, _options);
        _limits = new Limits(_options);
        _requests = new Requests(store, _dispatch, _clock, _ids, _limits, Announce, _logger);
        _purges = new Purges(store, _clock);
    }

    /// <summary>Opens the store, takes back what dead processes held, or spares it if they may live, and begins to keep leases.</summary>
    public async Task OpenAsync(CancellationToken cancellation = default)
    {
        await _store.OpenAsync(cancellation);
        if (_options is { OwnsStore: true, WorkersAreElsewhere: true })
            await _keeper.GiveBackStepsAsync(cancellation);
        if (_options is { OwnsStore: true, WorkersAreElsewhere: false })
            await _keeper.TakeAllBackAsync(cancellation);
        else
            await _keeper.SpareAllAsync(_clock.Now + _options.GraceAtStart, cancellation);
        _keeping = _keeper.RunAsync(_closing.Token);
    }

    /// <summary>Stops keeping leases and closes the store. Workers must have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        _closing.Cancel();
        await _keeping;
        await _store.DisposeAsync();
        _closing.Dispose();
    }

    public IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, CancellationToken cancellation = default) => _dispatch.ReceiveAsync(offer, cancellation);

    public async Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation = default) =>
        _held.Find(completion.Item.Token) is { Step: { } claimed, Item: StepWorkItem given }
            ? await SettleAsync(completion.Item, Transition.OfStep(claimed, given.New, _limits.Bounded(completion), _clock.Now, _ids), cancellation)
            : Refused(completion.Item);

    public async Task<Receipt> CompleteAsync(ActivityCompletion completion, CancellationToken cancellation = default) =>
        await _dispatch.FindActivityAsync(completion.Item.Token, cancellation) is { } lease
            ? await SettleAsync(completion.Item, InstanceRequests.EndActivity(lease, _limits.Bounded(completion), _clock.Now), cancellation)
            : Refused(completion.Item);

    /// <summary>How many connections of workers there are.</summary>
    internal int ConnectedWorkers => _dispatch.ConnectedWorkers;

    /// <summary>The item that was given under this token, if it is still held.</summary>
    internal WorkItem? FindItem(string token) => _held.Find(token)?.Item;

    /// <summary>The lease of the activity under this token, also if a hub that was here before handed it out.</summary>
    internal Task<ActivityLease?> FindActivityLeaseAsync(string token, CancellationToken cancellation) => _dispatch.FindActivityAsync(token, cancellation);

    /// <summary>All leases of activities, as stored.</summary>
    internal async Task<IEnumerable<ActivityLease>> ReadActivityLeasesAsync(CancellationToken cancellation) =>
        (await _store.ReadExpiredAsync(DateTimeOffset.MaxValue, int.MaxValue, cancellation)).OfType<ActivityLease>();

    public Task AbandonAsync(WorkItem item, CancellationToken cancellation = default) =>
        _held.Find(item.Token) is { } taken ? _dispatch.GiveBackAsync(taken) : Task.CompletedTask;

    public Task RefuseAsync(WorkItem item, CancellationToken cancellation = default) =>
        _held.Find(item.Token) is { } taken ? _dispatch.RefuseAsync(taken) : Task.CompletedTask;

    public Task<string> StartAsync(StartRequest request, CancellationToken cancellation = default) => _requests.StartAsync(request, cancellation);

    public Task<string> RestartAsync(string instanceId, bool withNewId, CancellationToken cancellation = default) =>
        _requests.RestartAsync(instanceId, withNewId, cancellation);

    public Task RequestAsync(string instanceId, InstanceRequest request, CancellationToken cancellation = default) =>
        _requests.ApplyAsync(instanceId, request, cancellation);

    public async Task<InstanceState?> GetAsync(string instanceId, bool payloads, CancellationToken cancellation = default)
    {
        var state = await _store.ReadInstanceAsync(instanceId, cancellation);
        return payloads ? state : state?.WithoutPayloads();
    }

    public async Task<InstanceState?> WaitAsync(string instanceId, Until until, bool payloads, CancellationToken cancellation = default)
    {
        using var place = _waiters.Take(instanceId, forEnd: until == Until.Completed);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        while (true)
        {
            var change = place.Changed.Next;
            var state = await GetAsync(instanceId, payloads, cancellation);
            if (state is null || !state.IsOpen || (until == Until.Started && state.Status != OrchestrationRuntimeStatus.Pending))
                return state;
            await _clock.WaitAsync(place.Changed, change, _clock.Now + _options.PollInterval, end.Token);
            cancellation.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            if (place.End is { } ended)
                return payloads ? ended : ended.WithoutPayloads();
        }
    }

    public async IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(
        string instanceId, string? executionId, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (var happened in await _store.ReadCurrentAsync(instanceId, executionId, cancellation))
            yield return happened;
    }

    public async Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default)
    {
        var page = await _store.QueryAsync(query, cancellation);
        return query.FetchInputsAndOutputs ? page : page with { Values = [.. page.Values.Select(state => state.WithoutPayloads())] };
    }

    public Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellation = default) => _purges.PurgeAsync(request, cancellation);

    private async Task<Receipt> SettleAsync(WorkItem item, CommitBatch batch, CancellationToken cancellation)
    {
        try
        {
            if (await _dispatch.SettleAsync(item.Token, batch, cancellation) != Verdict.Committed)
                return Refused(item);
        }
        catch
        {
            _waiters.Changed(batch.InstanceId); // It may have been written all the same.
            throw;
        }

        if (batch.Instance is { } after)
            Announce(after);
        return Receipt.Accepted;
    }

    private void Announce(InstanceState after)
    {
        if (!after.IsOpen)
            _logger.InstanceEnded(after.InstanceId, after.Status);
        _waiters.Changed(after);
    }

    private Receipt Refused(WorkItem item)
    {
        _logger.CompletionRefused(item.InstanceId);
        return Receipt.LeaseLost;
    }
}
