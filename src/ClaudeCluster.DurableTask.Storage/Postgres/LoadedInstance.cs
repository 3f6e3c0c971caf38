using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>One instance, locked, as a group of commits finds it and changes it. What is to be written is what differs in the end.</summary>
internal sealed class LoadedInstance(long key, InstanceState state, bool isStored)
{
    private readonly InstanceState? _stored = isStored ? state : null;
    private readonly List<InboxMessage> _waiting = [];
    private readonly Dictionary<string, LoadedActivity> _held = new(StringComparer.Ordinal);
    private InstanceState _state = state;
    private Holding _lease = Holding.Nobody;
    private string? _unreadable;

    public long Key { get; } = key;

    public bool IsNew => _stored is null;

    /// <summary>The stored instance of the same id, which this one takes the place of.</summary>
    public long? Replaced { get; init; }

    /// <summary>The row without regard to a suspension.</summary>
    public InstanceState Row => _state;

    /// <summary>The row as it is shown.</summary>
    public InstanceState State => Shown(_state, IsSuspended);

    public bool IsSuspended { get; set; }

    public Holding Lease { get => _lease; init => _lease = value; }

    public bool HasNewRow { get; private set; }

    /// <summary>Who holds the next step, or whether one waits for somebody, is not what it was.</summary>
    public bool HasNewTurn { get; private set; }

    public bool HasNewInput => !string.Equals(_stored?.Input, _state.Input, StringComparison.Ordinal);

    public bool DropsHistory { get; private set; }

    public bool DropsActivities { get; private set; }

    /// <summary>Stored messages go: null none of them, false those to one execution, true all.</summary>
    public bool? DropsInbox { get; private set; }

    public List<long> Consumed { get; } = [];

    public List<InboxMessage> Sent { get; } = [];

    /// <summary>History rows, one per step.</summary>
    public List<(long Key, string Events)> Steps { get; } = [];

    public List<LoadedActivity> Scheduled { get; } = [];

    public IEnumerable<LoadedActivity> Held => _held.Values;

    public static InstanceState Shown(InstanceState row, bool isSuspended) =>
        isSuspended && row.IsOpen ? row with { Status = OrchestrationRuntimeStatus.Suspended } : row;

    public void Load(LoadedMessage stored)
    {
        if (stored.Message is { } message)
            _waiting.Add(message with { InstanceId = _state.InstanceId });
        else
            _unreadable ??= $"A message to '{_state.InstanceId}' cannot be read: {stored.Unreadable}";
    }

    public void Load(LoadedActivity held) => _held.Add(held.Lease.Token!, held);

    public LoadedActivity? Find(string token) =>
        _held.TryGetValue(token, out var held) && !held.IsGone && held.Lease.Token == token ? held : Scheduled.Find(scheduled => scheduled.Lease.Token == token);

    /// <summary>The new row; what belonged to an execution that this row ends, goes.</summary>
    public void Become(InstanceState after)
    {
        if (!string.Equals(after.ExecutionId, _state.ExecutionId, StringComparison.Ordinal))
        {
            DropHistory();
            DropActivities();
        }

        (_state, HasNewRow) = (after, true);
        if (after.IsOpen)
            return;
        IsSuspended = false;
        DropActivities();
        DropInbox(all: true);
        Release(Disposition.Done);
    }

    public void Suspend(bool suspended) => (IsSuspended, HasNewRow) = (suspended, true);

    /// <summary>The history goes, with the messages that only this history takes.</summary>
    public void DropHistory()
    {
        DropsHistory = true;
        Steps.Clear();
        DropInbox(all: false);
    }

    public void Settle(string token, Disposition disposition)
    {
        var activity = Find(token)!;
        if (disposition != Disposition.Done)
            activity.Release(disposition);
        else if (!Scheduled.Remove(activity))
            activity.IsGone = true;
    }

    public void Release(Disposition disposition) => (_lease, HasNewTurn) = (_lease.Release(disposition), true);

    public void Consume(IReadOnlyList<long> messages)
    {
        if (messages.Count == 0)
            return;
        Consumed.AddRange(messages);
        _waiting.RemoveAll(message => messages.Contains(message.Id));
    }

    public bool Takes(InboxMessage message) =>
        _state.IsOpen && (message.ExecutionId is null || string.Equals(message.ExecutionId, _state.ExecutionId, StringComparison.Ordinal));

    public void Send(InboxMessage message)
    {
        _waiting.Add(message);
        Sent.Add(message);
        HasNewTurn |= _lease.Token is null;
    }

    /// <summary>True if it has something to do and nobody does it.</summary>
    public bool Waits(DateTimeOffset now) => _lease.Token is null && !IsSuspended && !(_state.StartAt > now)
        && (_unreadable is not null || _waiting.Exists(message => IsDue(message, now)));

    public ClaimedStep Give(Claim claim)
    {
        (_lease, HasNewTurn) = (_lease.GiveTo(claim), true);
        return new ClaimedStep(ToLease(), Due(claim.Now)) { Unreadable = _unreadable };
    }

    public StepLease ToLease() => new(_state.InstanceId, _lease.Token!, _lease.WorkerId, _lease.Until, _lease.Deliveries, State);

    /// <summary>What is due, in the order of delivery.</summary>
    private List<InboxMessage> Due(DateTimeOffset now) =>
        [
            .. _waiting.Where(message => IsDue(message, now))
                .OrderByDescending(message => message.Front).ThenBy(message => message.VisibleAt).ThenBy(message => message.Id)
                .Take(Math.Max(Claim.MostMessages, _waiting.Count(message => message.Front))),
        ];

    private static bool IsDue(InboxMessage message, DateTimeOffset now) => !message.IsTimed || message.VisibleAt <= now;

    private void DropActivities()
    {
        DropsActivities = true;
        Scheduled.Clear();
        _held.Clear();
    }

    private void DropInbox(bool all)
    {
        DropsInbox = all || DropsInbox == true;
        _unreadable = all ? null : _unreadable;
        _waiting.RemoveAll(message => all || message.ExecutionId is not null);
        Sent.RemoveAll(message => all || message.ExecutionId is not null);
    }
}

/// <summary>An activity that a group of commits schedules, or that is completed or given back in it.</summary>
internal sealed class LoadedActivity(long key, ActivityRow work, Holding lease)
{
    public long Key { get; } = key;

    public ActivityRow Work { get; } = work;

    public Holding Lease { get; private set; } = lease;

    public bool IsGone { get; set; }

    public bool HasNewLease { get; private set; }

    public ActivityLease Give(Claim claim)
    {
        (Lease, HasNewLease) = (Lease.GiveTo(claim), true);
        return ToLease();
    }

    public ActivityLease ToLease() => new(Work.InstanceId, Lease.Token!, Lease.WorkerId, Lease.Until, Lease.Deliveries, Work);

    public void Release(Disposition disposition) => (Lease, HasNewLease) = (Lease.Release(disposition), true);
}
