using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage;

/// <summary>One instance of a <see cref="MemoryHubStore"/> with all that belongs to it.</summary>
internal sealed class MemoryInstance(long key, InstanceState state)
{
    private InstanceState _state = state;

    public long Key { get; } = key;

    public InstanceState State => IsSuspended && _state.IsOpen ? _state with { Status = OrchestrationRuntimeStatus.Suspended } : _state;

    public bool IsSuspended { get; set; }

    /// <summary>One text per step, as a database would keep it.</summary>
    public List<byte[]> Steps { get; } = [];

    public List<InboxMessage> Inbox { get; } = [];

    public List<Held<ActivityRow>> Activities { get; } = [];

    public Held<string> Step { get; } = new(state.InstanceId);

    /// <summary>The new row; what belonged to an execution that this row ends, goes.</summary>
    public void Become(InstanceState after)
    {
        if (!string.Equals(after.ExecutionId, _state.ExecutionId, StringComparison.Ordinal))
        {
            DropHistory();
            Activities.Clear();
        }

        _state = after;
        if (after.IsOpen)
            return;
        IsSuspended = false;
        Activities.Clear();
        Inbox.Clear();
        Step.Release(Disposition.Done);
    }

    /// <summary>The history goes, with the messages that only this history takes.</summary>
    public void DropHistory()
    {
        Steps.Clear();
        Inbox.RemoveAll(message => message.ExecutionId is not null);
    }

    public bool Takes(InboxMessage message) => State.IsOpen
        && (message.ExecutionId is null || string.Equals(message.ExecutionId, State.ExecutionId, StringComparison.Ordinal));

    /// <summary>True if it has something to do and nobody does it.</summary>
    public bool Waits(DateTimeOffset now) =>
        Step.Token is null && !IsSuspended && !(_state.StartAt > now) && Inbox.Exists(message => !message.IsTimed || message.VisibleAt <= now);

    /// <summary>What is due, in the order of delivery.</summary>
    public List<InboxMessage> Due(DateTimeOffset now, int most) =>
        Inbox is [{ IsTimed: false }] ? [Inbox[0]] :
        [
            .. Inbox.Where(message => !message.IsTimed || message.VisibleAt <= now)
                .OrderByDescending(message => message.Front).ThenBy(message => message.VisibleAt).ThenBy(message => message.Id)
                .Take(Math.Max(most, Inbox.Count(message => message.Front))),
        ];

    public Lease? StepLease() => Step.Token is { } token ? new StepLease(State.InstanceId, token, Step.WorkerId, Step.Until, Step.Deliveries, State) : null;

    public ActivityLease? ActivityLease(Held<ActivityRow> activity) => activity.Token is { } token
        ? new ActivityLease(State.InstanceId, token, activity.WorkerId, activity.Until, activity.Deliveries, activity.Work)
        : null;

    /// <summary>Work and who holds it.</summary>
    internal sealed class Held<T>(T work)
    {
        public T Work { get; } = work;

        public string? Token { get; private set; }

        public string WorkerId { get; private set; } = string.Empty;

        public DateTimeOffset Until { get; set; }

        public int Deliveries { get; private set; }

        public void Give(Claim claim)
        {
            Token = claim.NewToken();
            WorkerId = claim.WorkerId;
            Until = claim.Until;
            Deliveries++;
        }

        public void Release(Disposition disposition)
        {
            Token = null;
            Deliveries = disposition switch
            {
                Disposition.Done => 0,
                Disposition.Returned => Deliveries - 1,
                _ => Deliveries,
            };
        }
    }
}
