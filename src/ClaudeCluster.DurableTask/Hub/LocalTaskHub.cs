using System.Collections.Concurrent;
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
    private const int PurgedAtATime = 500;

    private readonly ITaskHubStore _store;
    private readonly LocalTaskHubOptions _options;
    private readonly IIdSource _ids;
    private readonly HubClock _clock;
    private readonly ILogger _logger;
    private readonly Waiters _waiters = new();
    private readonly LiveWorkers _live = new();
    private readonly LeaseKeeper _keeper;
    private readonly ConcurrentDictionary<string, Taken> _taken = new(StringComparer.Ordinal);
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
        _keeper = new LeaseKeeper(store, _live, _clock, _options, _waiters.Changed, _logger);
    }

    /// <summary>Opens the store, takes back what dead processes held, and begins to keep leases.</summary>
    public async Task OpenAsync(CancellationToken cancellation = default)
    {
        await _store.OpenAsync(cancellation);
        if (_options.OwnsStore)
            await _keeper.TakeAllBackAsync(cancellation);
        _keeping = _keeper.RunAsync(_closing.Token);
    }

    /// <summary>Stops keeping leases and closes the store. Workers must have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await _closing.CancelAsync();
        await _keeping;
        await _store.DisposeAsync();
        _closing.Dispose();
    }

    public async IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var room = new WorkerRoom(offer);
        var waiting = new Queue<Taken>();
        _live.Enter(offer.WorkerId);
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                // The ring and the instant are those of before the look: what comes or falls due during it is not missed.
                var (ring, now) = (_store.Bell.Next, _clock.Now);
                await TakeAsync(room, waiting, now);
                if (waiting.Count == 0)
                    await WaitForWorkAsync(ring, now, cancellation);
                while (waiting.Count > 0 && !cancellation.IsCancellationRequested)
                    yield return waiting.Dequeue().Item;
            }
        }
        finally
        {
            _live.Leave(offer.WorkerId);
            await Task.WhenAll(waiting.Select(taken => AbandonAsync(taken.Item, CancellationToken.None)));
        }
    }

    public async Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation = default)
    {
        if (!_taken.TryGetValue(completion.Item.Token, out var taken) || taken is not { Step: { } claimed, Item: StepWorkItem given })
            return Refused(completion.Item);
        return await SettleAsync(taken, Transition.OfStep(claimed, given.New, completion, _clock.Now, _ids), cancellation);
    }

    public async Task<Receipt> CompleteAsync(ActivityCompletion completion, CancellationToken cancellation = default)
    {
        if (!_taken.TryGetValue(completion.Item.Token, out var taken) || taken.Lease is not ActivityLease lease)
            return Refused(completion.Item);
        return await SettleAsync(taken, InstanceRequests.EndActivity(lease, completion.Result, completion.Failure, _clock.Now), cancellation);
    }

    public async Task AbandonAsync(WorkItem item, CancellationToken cancellation = default)
    {
        if (_taken.TryGetValue(item.Token, out var taken))
            await SettleAsync(taken, LostLease.GiveBack(taken.Lease), cancellation);
    }

    public async Task<string> StartAsync(StartRequest request, CancellationToken cancellation = default)
    {
        var id = request.InstanceId ?? _ids.NewId();
        InstanceIds.Check(id);
        ArgumentException.ThrowIfNullOrEmpty(request.Name.Name, nameof(request));
        if (await _store.CommitAsync(InstanceRequests.Start(request, id, _ids.NewId(), _clock.Now), cancellation) != Verdict.Committed)
            throw new OrchestrationAlreadyExistsException(id);
        _logger.InstanceStarted(id, request.Name);
        _waiters.Changed(id);
        return id;
    }

    public Task RequestAsync(string instanceId, InstanceRequest request, CancellationToken cancellation = default) => request switch
    {
        InstanceRequest.Raise raise => RaiseAsync(instanceId, raise, cancellation),
        InstanceRequest.Terminate terminate => TerminateAsync(instanceId, terminate, cancellation),
        _ => throw new ArgumentOutOfRangeException(nameof(request)),
    };

    public async Task<InstanceState?> GetAsync(string instanceId, bool payloads, CancellationToken cancellation = default)
    {
        var state = await _store.ReadInstanceAsync(instanceId, cancellation);
        return payloads ? state : state?.WithoutPayloads();
    }

    public async Task<InstanceState?> WaitAsync(string instanceId, Until until, bool payloads, CancellationToken cancellation = default)
    {
        using var place = _waiters.Take(instanceId);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        while (true)
        {
            var change = place.Bell.Next;
            var state = await GetAsync(instanceId, payloads, cancellation);
            if (state is null || !state.IsOpen || (until == Until.Started && state.Status != OrchestrationRuntimeStatus.Pending))
                return state;
            await _clock.WaitAsync(change, _clock.Now + _options.PollInterval, end.Token);
            cancellation.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        }
    }

    public async IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(
        string instanceId, string? executionId, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var state = await _store.ReadInstanceAsync(instanceId, cancellation) ?? throw new OrchestrationNotFoundException(instanceId);
        foreach (var happened in await _store.ReadHistoryAsync(instanceId, executionId ?? state.ExecutionId, cancellation))
            yield return happened;
    }

    public async Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default)
    {
        var page = await _store.QueryAsync(query, cancellation);
        return query.FetchInputsAndOutputs ? page : page with { Values = [.. page.Values.Select(state => state.WithoutPayloads())] };
    }

    public async Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellation = default)
    {
        var (all, some) = (0, 0);
        do
        {
            some = await _store.PurgeAsync(request, PurgedAtATime, cancellation);
            all += some;
        }
        while (some == PurgedAtATime);
        return new PurgeResult(all);
    }

    private async Task TakeAsync(WorkerRoom room, Queue<Taken> waiting, DateTimeOffset now)
    {
        var offer = room.Offer;
        if (room.ForSteps is var steps and > 0)
        {
            foreach (var claimed in await _store.ClaimStepsAsync(NewClaim(offer, steps, offer.Orchestrations, now), CancellationToken.None))
                waiting.Enqueue(Hold(new Taken(ToItem(claimed), claimed.Lease, claimed, room)));
        }

        if (room.ForActivities is var activities and > 0)
        {
            foreach (var lease in await _store.ClaimActivitiesAsync(NewClaim(offer, activities, offer.Activities, now), CancellationToken.None))
                waiting.Enqueue(Hold(new Taken(ToItem(lease), lease, null, room)));
        }
    }

    private Claim NewClaim(WorkerOffer offer, int most, IReadOnlySet<TaskName>? names, DateTimeOffset now) =>
        new(offer.WorkerId, most, names, now, now + _options.LeaseDuration, _ids.NewToken);

    private Taken Hold(Taken taken)
    {
        _taken[taken.Lease.Token] = taken;
        taken.Room.Take(taken.Lease);
        _live.Enter(taken.Lease.WorkerId);
        return taken;
    }

    private StepWorkItem ToItem(ClaimedStep claimed)
    {
        var state = claimed.Lease.State;
        HistoryEvent[] received = [new OrchestratorStarted { Timestamp = _clock.Now }, .. claimed.Messages.Select(message => message.Event)];
        return new StepWorkItem(state.InstanceId, state.ExecutionId, claimed.Lease.Token, received, new StoredPast(_store, state));
    }

    private static ActivityWorkItem ToItem(ActivityLease lease)
    {
        var activity = lease.Activity;
        return new ActivityWorkItem(
            activity.InstanceId, activity.ExecutionId, lease.Token, activity.TaskId, activity.Name, activity.Version, activity.Input, activity.Tags);
    }

    private async Task WaitForWorkAsync(Task ring, DateTimeOffset now, CancellationToken cancellation)
    {
        var poll = now + _options.PollInterval;
        var due = await _store.ReadNextDueAsync(now, CancellationToken.None);
        await _clock.WaitAsync(ring, due < poll ? due.Value : poll, cancellation);
    }

    /// <summary>Commits what becomes of taken work, and frees its place. If the commit throws, the work is still held.</summary>
    private async Task<Receipt> SettleAsync(Taken taken, CommitBatch batch, CancellationToken cancellation)
    {
        var verdict = await _store.CommitAsync(batch, cancellation);
        if (_taken.TryRemove(taken.Lease.Token, out _))
        {
            taken.Room.Free(taken.Lease);
            _live.Leave(taken.Lease.WorkerId);
            _store.Bell.Ring();
        }

        if (verdict != Verdict.Committed)
            return Refused(taken.Item);
        if (batch.Instance is { } after)
            Announce(after);
        return Receipt.Accepted;
    }

    private void Announce(InstanceState after)
    {
        if (!after.IsOpen)
            _logger.InstanceEnded(after.InstanceId, after.Status);
        _waiters.Changed(after.InstanceId);
    }

    private Receipt Refused(WorkItem item)
    {
        _logger.CompletionRefused(item.InstanceId);
        return Receipt.LeaseLost;
    }

    private async Task RaiseAsync(string instanceId, InstanceRequest.Raise raise, CancellationToken cancellation)
    {
        switch (await _store.CommitAsync(InstanceRequests.Raise(instanceId, raise, _clock.Now), cancellation))
        {
            case Verdict.NoSuchInstance:
                throw new OrchestrationNotFoundException(instanceId);
            case Verdict.NotOpen:
                _logger.EventDropped(instanceId, raise.EventName);
                break;
        }
    }

    private async Task TerminateAsync(string instanceId, InstanceRequest.Terminate terminate, CancellationToken cancellation)
    {
        while (true)
        {
            var state = await _store.ReadInstanceAsync(instanceId, cancellation) ?? throw new OrchestrationNotFoundException(instanceId);
            if (!state.IsOpen)
                return;
            var batch = InstanceRequests.Terminate(state, terminate, _clock.Now);
            if (await _store.CommitAsync(batch, cancellation) != Verdict.Committed)
                continue; // It has just ended or begun again: look once more.
            Announce(batch.Instance!);
            return;
        }
    }

    /// <summary>Work that a worker of this process holds.</summary>
    private sealed record Taken(WorkItem Item, Lease Lease, ClaimedStep? Step, WorkerRoom Room);

    private sealed class StoredPast(ITaskHubStore store, InstanceState state) : IPastEvents
    {
        public Task<IReadOnlyList<HistoryEvent>> ReadAsync(CancellationToken cancellation) =>
            store.ReadHistoryAsync(state.InstanceId, state.ExecutionId, cancellation);
    }
}
