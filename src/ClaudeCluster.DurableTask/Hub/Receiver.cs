using System.Collections.Immutable;
using System.Threading.Channels;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>One connected worker: how much more it can hold, what waits to be given to it, and when to look for more.</summary>
internal sealed class Receiver : IDisposable
{
    private readonly Channel<Taken?> _waiting = Channel.CreateUnbounded<Taken?>(new UnboundedChannelOptions { SingleReader = true });
    private readonly HubClock _clock;
    private readonly ITimer _alarm;
    private readonly Lock _lock = new();
    private DateTimeOffset _lookAt = DateTimeOffset.MaxValue;
    private DateTimeOffset _lookedForDue;
    private bool _lookAsked;
    private ImmutableHashSet<RefusedTask> _refused = [];

    public Receiver(WorkerOffer offer, HubClock clock)
    {
        Offer = offer;
        _clock = clock;
        _alarm = clock.NewTimer(AskToLook);
        Steps = new Room(offer.Orchestrations is { Count: 0 } ? 0 : offer.StepRoom);
        Activities = new Room(offer.Activities is { Count: 0 } ? 0 : offer.ActivityRoom);
    }

    public WorkerOffer Offer { get; }

    public Room Steps { get; }

    public Room Activities { get; }

    /// <summary>Versions that this worker has been asked for and has no code for.</summary>
    public IReadOnlySet<RefusedTask> Refused => _refused;

    /// <summary>False if the worker has gone: the work must be given back.</summary>
    public bool Give(Taken taken) => _waiting.Writer.TryWrite(taken);

    /// <summary>Work may wait in the store.</summary>
    public void AskToLook()
    {
        lock (_lock)
        {
            if (_lookAsked)
                return;
            _lookAsked = true;
        }

        _waiting.Writer.TryWrite(null);
    }

    /// <summary>Do not ask again for this version of this task.</summary>
    public void Refuse(RefusedTask task) => ImmutableInterlocked.Update(ref _refused, static (all, one) => all.Add(one), task);

    /// <summary>A place is free again.</summary>
    public void Free(Lease lease) => Free(RoomFor(lease), 1);

    /// <summary>Places are free again: whoever looked meanwhile may have found no room for what waits.</summary>
    public void Free(Room room, int places)
    {
        room.Free(places);
        if (places > 0 && room.MayHaveBacklog)
            AskToLook();
    }

    /// <summary>A look with so many places found so much. If it filled them, more may wait.</summary>
    public void Looked(Room room, int places, int found)
    {
        room.MayHaveBacklog |= found == places;
        Free(room, places - found);
        if (room.MayHaveBacklog && room.HasPlaces)
            AskToLook();
    }

    public Room RoomFor(Lease lease) => lease is StepLease ? Steps : Activities;

    /// <summary>Look no later than then.</summary>
    public void LookAt(DateTimeOffset instant)
    {
        lock (_lock)
        {
            if (instant >= _lookAt)
                return;
            _lookAt = instant;
            SetAlarm();
        }
    }

    /// <summary>When it was last looked for what had fallen due.</summary>
    public DateTimeOffset LookedForDue
    {
        get
        {
            lock (_lock)
                return _lookedForDue;
        }
    }

    /// <summary>A look begins: what was asked for until now is answered by it.</summary>
    public void BeginLook(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_lookAt <= now)
                _lookedForDue = now;
            _lookAsked = false;
            _lookAt = DateTimeOffset.MaxValue;
            Steps.MayHaveBacklog = Activities.MayHaveBacklog = false;
        }
    }

    /// <summary>The next piece of work; null asks for a look.</summary>
    public ValueTask<Taken?> NextAsync(CancellationToken cancellation) => _waiting.Reader.ReadAsync(cancellation);

    /// <summary>The worker goes; what was not yet given to it.</summary>
    public IReadOnlyList<Taken> Close()
    {
        _waiting.Writer.TryComplete();
        List<Taken> left = [];
        while (_waiting.Reader.TryRead(out var taken))
        {
            if (taken is not null)
                left.Add(taken);
        }

        return left;
    }

    public void Dispose() => _alarm.Dispose();

    private void SetAlarm()
    {
        var wait = _lookAt - _clock.Now;
        _alarm.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Places for one kind of work. A place is reserved before a commit that may fill it.</summary>
    internal sealed class Room(int size)
    {
        private readonly Lock _lock = new();
        private int _free = size;

        /// <summary>Work may wait in the store that found no place here. New work is then not handed out past it.</summary>
        public bool MayHaveBacklog { get; set; } = true;

        /// <summary>New work may be handed out to it.</summary>
        public bool IsOpen => !MayHaveBacklog && HasPlaces;

        public bool HasPlaces => Volatile.Read(ref _free) > 0;

        /// <summary>Half of the free places, at least one if there is one: what is being committed meanwhile finds the others.</summary>
        public int ReserveForLook()
        {
            lock (_lock)
            {
                var taken = Math.Max(0, (_free + 1) / 2);
                _free -= taken;
                return taken;
            }
        }

        /// <summary>Takes up to so many places; how many.</summary>
        public int Reserve(int most)
        {
            lock (_lock)
            {
                var taken = Math.Max(0, Math.Min(most, _free));
                _free -= taken;
                return taken;
            }
        }

        /// <summary>The worker came with something in its hands: that much less room, even less than none.</summary>
        public void Occupy()
        {
            lock (_lock)
                _free--;
        }

        public void Free(int places)
        {
            lock (_lock)
                _free += places;
        }
    }
}

/// <summary>Work that a worker of this hub holds.</summary>
internal sealed record Taken(WorkItem Item, Lease Lease, ClaimedStep? Step, Receiver Receiver);
