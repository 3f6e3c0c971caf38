using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ClaudeCluster.DurableTask.Diagnostics;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Hub;

// Dispatch: how work gets from a commit to a worker.
//
//   commit ──► work made ──┬── a connected worker has room: leased in the same commit, given to it from memory
//                          └── nobody has room: it waits in the store, and the bell rings
//   look   ──► what waits ───► the oldest first (DispatchOrder), when the bell has rung, when a place became free, when something falls due
//
// Handing out inside the commit spares a look, a second transaction and the time between the two. It must not let new work overtake old
// work for ever: so a worker whose last look did not find the end of what waits takes nothing but by looking.

/// <summary>The connected workers of one hub and the work that they hold.</summary>
internal sealed class Dispatch(ITaskHubStore store, HubClock clock, HeldWork held, LocalTaskHubOptions options)
{
    private const long MostCharactersOfPasts = 4 * 1024 * 1024;

    private readonly RecentPasts _pasts = new(MostCharactersOfPasts);
    private ImmutableArray<Receiver> _receivers = [];

    public int ConnectedWorkers => _receivers.Length;

    public async IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var receiver = new Receiver(offer, clock);
        using var ear = store.Bell.Listen(receiver.AskToLook);
        ImmutableInterlocked.Update(ref _receivers, static (all, one) => all.Add(one), receiver);
        held.Connect(offer.WorkerId);
        try
        {
            await TakeOverAsync(receiver, cancellation);
            receiver.AskToLook();
            while (await NextAsync(receiver, cancellation) is { } item)
                yield return item;
        }
        finally
        {
            held.Disconnect(offer.WorkerId);
            ImmutableInterlocked.Update(ref _receivers, static (all, one) => all.Remove(one), receiver);
            await Task.WhenAll(receiver.Close().Select(GiveBackAsync));
        }
    }

    /// <summary>The activity that a worker holds under this token. It may have been handed out by a hub that was here before.</summary>
    public async Task<ActivityLease?> FindActivityAsync(string token, CancellationToken cancellation) => held.Find(token) is { } taken
        ? taken.Lease as ActivityLease
        : (await ReadLeasesAsync([token], cancellation)).FirstOrDefault();

    /// <summary>Commits, and gives the work made by it to connected workers that have room.</summary>
    public async Task<Verdict> CommitAsync(CommitBatch batch, CancellationToken cancellation)
    {
        using var promise = held.NewPromise();
        var reserved = Reservation.For(batch, _receivers);
        var began = clock.Now;
        CommitResult result;
        try
        {
            result = await store.CommitAsync(batch, reserved.ToHandout((receiver, names, most) => NewClaim(receiver, names, most, began, promise)), cancellation);
        }
        catch
        {
            reserved.Release(steps: 0, activities: 0);
            RememberTimers(batch); // It may have been written all the same.
            throw;
        }

        if (Metering.CommitTime.Enabled)
            Metering.CommitTime.Record((clock.Now - began).TotalSeconds);
        reserved.Release(result.Steps.Count, result.Activities.Count);
        // Before the next step is given, which asks for it.
        if (result.Verdict == Verdict.Committed)
            _pasts.Committed(batch);
        foreach (var claimed in result.Steps)
            await GiveAsync(reserved.ForSteps!, claimed);
        foreach (var lease in result.Activities)
            await GiveAsync(reserved.ForActivities!, lease);
        if (result.Verdict == Verdict.Committed)
            RememberTimers(batch);
        if (batch.Guard is Guard.HoldsStep)
            LookForTimersDueSince(began);
        return result.Verdict;
    }

    /// <summary>Commits what becomes of taken work, and frees its place. If the commit throws, the work is still held.</summary>
    public async Task<Verdict> SettleAsync(string token, CommitBatch batch, CancellationToken cancellation)
    {
        var verdict = await CommitAsync(batch, cancellation);
        held.Remove(token);
        return verdict;
    }

    public Task GiveBackAsync(Taken taken) => SettleAsync(taken.Lease.Token, LostLease.GiveBack(taken.Lease), CancellationToken.None);

    /// <summary>Gives back what its worker has no code for; another one takes it.</summary>
    public Task RefuseAsync(Taken taken)
    {
        taken.Receiver.Refuse(taken.Lease switch
        {
            StepLease { State: var state } => new RefusedTask(state.Name, state.Version),
            ActivityLease { Activity: var activity } => new RefusedTask(activity.Name, activity.Version),
            _ => throw new ArgumentOutOfRangeException(nameof(taken)),
        });
        return GiveBackAsync(taken);
    }

    /// <summary>What the worker still holds is its own again, and takes up its room.</summary>
    private async Task TakeOverAsync(Receiver receiver, CancellationToken cancellation)
    {
        List<string> unknown = [];
        foreach (var token in receiver.Offer.Holds)
        {
            if (held.Move(token, receiver))
                receiver.Activities.Occupy();
            else
                unknown.Add(token);
        }

        foreach (var lease in await ReadLeasesAsync(unknown, cancellation))
        {
            held.Add(new Taken(ToItem(lease), lease, null, receiver));
            receiver.Activities.Occupy();
        }
    }

    /// <summary>There are never more leases than workers have room for, so all are read.</summary>
    private async Task<IReadOnlyList<ActivityLease>> ReadLeasesAsync(IReadOnlyCollection<string> tokens, CancellationToken cancellation) => tokens.Count == 0
        ? []
        : [.. (await store.ReadExpiredAsync(DateTimeOffset.MaxValue, int.MaxValue, cancellation)).OfType<ActivityLease>().Where(lease => tokens.Contains(lease.Token))];

    private async ValueTask<WorkItem?> NextAsync(Receiver receiver, CancellationToken cancellation)
    {
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                if (await receiver.NextAsync(cancellation) is { } taken)
                    return taken.Item;
                await LookAsync(receiver);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The worker goes.
        }

        return null;
    }

    private async Task LookAsync(Receiver receiver)
    {
        var now = clock.Now;
        receiver.BeginLook(now);
        await LookForStepsAsync(receiver, now);
        await LookForActivitiesAsync(receiver, now);
        var poll = now + options.PollInterval;
        receiver.LookAt(await store.ReadNextDueAsync(now, CancellationToken.None) is { } due && due < poll ? due : poll);
    }

    private async Task LookForStepsAsync(Receiver receiver, DateTimeOffset now)
    {
        using var promise = held.NewPromise();
        var places = receiver.Steps.ReserveForLook();
        var claim = NewClaim(receiver, receiver.Offer.Orchestrations, places, now, promise);
        var claimed = places == 0 ? [] : await store.ClaimStepsAsync(claim, CancellationToken.None);
        receiver.Looked(receiver.Steps, places, claimed.Count);
        foreach (var step in claimed)
            await GiveAsync(receiver, step);
    }

    private async Task LookForActivitiesAsync(Receiver receiver, DateTimeOffset now)
    {
        using var promise = held.NewPromise();
        var places = receiver.Activities.ReserveForLook();
        var claim = NewClaim(receiver, receiver.Offer.Activities, places, now, promise);
        var leases = places == 0 ? [] : await store.ClaimActivitiesAsync(claim, CancellationToken.None);
        receiver.Looked(receiver.Activities, places, leases.Count);
        foreach (var lease in leases)
            await GiveAsync(receiver, lease);
    }

    private Claim NewClaim(Receiver receiver, IReadOnlySet<TaskName>? names, int most, DateTimeOffset now, HeldWork.Promise promise) =>
        new(receiver.Offer.WorkerId, most, names, now, now + options.LeaseDuration, promise.NewToken) { Refused = receiver.Refused };

    private Task GiveAsync(Receiver receiver, ClaimedStep claimed)
    {
        var state = claimed.Lease.State;
        // A rewind comes alone: what has come since is for the step after it.
        if (claimed.Messages is [{ Event: ExecutionRewound } rewound, ..])
            claimed = claimed with { Messages = [rewound] };
        HistoryEvent[] received = [new OrchestratorStarted { Timestamp = clock.Now }, .. claimed.Received()];
        var item = new StepWorkItem(state.InstanceId, state.ExecutionId, claimed.Lease.Token, received, PastOf(claimed))
        {
            // Nobody remembers the past of a step that must fail.
            Revision = claimed.Unreadable is null ? state.Revision : -1,
        };
        if (claimed.Messages.Count > 0)
            NoteAge(claimed.Messages[0].VisibleAt, isStep: true);
        return GiveAsync(new Taken(item, claimed.Lease, claimed, receiver));
    }

    private Task GiveAsync(Receiver receiver, ActivityLease lease)
    {
        NoteAge(lease.Activity.ScheduledAt, isStep: false);
        return GiveAsync(new Taken(ToItem(lease), lease, null, receiver));
    }

    private static ActivityWorkItem ToItem(ActivityLease lease)
    {
        var activity = lease.Activity;
        var (tags, trace) = Calls.TakeTrace(activity);
        return new ActivityWorkItem(
            activity.InstanceId, activity.ExecutionId, lease.Token, activity.TaskId, activity.Name, activity.Version, activity.Input, tags)
        {
            Trace = trace,
        };
    }

    private Task GiveAsync(Taken taken)
    {
        held.Add(taken);
        return taken.Receiver.Give(taken) ? Task.CompletedTask : GiveBackAsync(taken);
    }

    private void NoteAge(DateTimeOffset since, bool isStep)
    {
        if (Metering.QueueAge.Enabled)
            Metering.QueueAge.Record((clock.Now - since).TotalSeconds, Metering.Kind(isStep));
    }

    /// <summary>
    /// A timer that fell due while its instance's step was committed is no part of that commit, which began before; and who looked for it
    /// meanwhile found the instance leased.
    /// </summary>
    private void LookForTimersDueSince(DateTimeOffset instant)
    {
        foreach (var receiver in _receivers)
        {
            if (receiver.LookedForDue >= instant)
                receiver.AskToLook();
        }
    }

    private void RememberTimers(CommitBatch batch)
    {
        foreach (var message in batch.Messages.Where(message => message.IsTimed))
        {
            foreach (var receiver in _receivers)
                receiver.LookAt(message.VisibleAt);
        }
    }

    private IPastEvents PastOf(ClaimedStep claimed) => claimed switch
    {
        { Unreadable: { } reason } => new UnreadablePast(reason),
        { Messages: [{ Event: ExecutionStarted }, ..] } => NoPast.Instance,
        _ => new StoredPast(store, _pasts, claimed.Lease.State),
    };

    /// <summary>Of a step whose messages cannot be read.</summary>
    private sealed class UnreadablePast(string reason) : IPastEvents
    {
        public Task<IReadOnlyList<HistoryEvent>> ReadAsync(CancellationToken cancellation) =>
            Task.FromException<IReadOnlyList<HistoryEvent>>(new JsonException(reason));
    }

    private sealed class StoredPast(ITaskHubStore store, RecentPasts known, InstanceState state) : IPastEvents
    {
        public async Task<IReadOnlyList<HistoryEvent>> ReadAsync(CancellationToken cancellation)
        {
            if (known.Find(state) is { } past)
                return past;
            var read = await store.ReadHistoryAsync(state.InstanceId, state.ExecutionId, cancellation);
            known.Keep(state, read);
            return read;
        }
    }
}
