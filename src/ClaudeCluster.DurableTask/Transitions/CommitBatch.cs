using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Transitions;

/// <summary>
/// The rows of one transaction, about one instance, and the condition under which they are written. If the guard does not hold,
/// nothing is.
/// </summary>
public sealed record CommitBatch(string InstanceId, Guard Guard)
{
    /// <summary>
    /// The instance's new row. Another execution id than the stored one removes what belongs to the old execution (history, activities,
    /// messages to it); an ended status removes all its messages and activities.
    /// </summary>
    public InstanceState? Instance { get; init; }

    /// <summary>The events of one step, appended as one row.</summary>
    public IReadOnlyList<HistoryEvent> History { get; init; } = [];

    /// <summary>
    /// The events are the whole history from now on; what was there before goes, and with it the messages to this execution that wait:
    /// answers to calls that this batch makes again.
    /// </summary>
    public bool ReplacesHistory { get; init; }

    /// <summary>True suspends the instance, false resumes it, null leaves it as it is. A suspended instance takes no step.</summary>
    public bool? Suspended { get; init; }

    /// <summary>Messages that the step has taken in.</summary>
    public IReadOnlyList<long> Consumed { get; init; } = [];

    /// <summary>Messages to anyone, itself included; a timer is a message to oneself that is not yet visible.</summary>
    public IReadOnlyList<InboxMessage> Messages { get; init; } = [];

    public IReadOnlyList<ActivityRow> Activities { get; init; } = [];

    public IReadOnlyList<ChildStart> Children { get; init; } = [];

    /// <summary>Sub-orchestrations that a rewound instance waits for again.</summary>
    public IReadOnlyList<Revival> Revivals { get; init; } = [];

    /// <summary>What becomes of the lease that the guard names.</summary>
    public Disposition Leased { get; init; } = Disposition.Done;

    /// <summary>The instances that may have something to do after this commit.</summary>
    internal IEnumerable<string> Touched => TouchesOthers
        ? Messages.Select(message => message.InstanceId)
            .Concat(Children.Select(child => child.Instance.InstanceId))
            .Concat(Revivals.Select(revival => revival.Rewound.InstanceId))
            .Append(InstanceId)
            .Distinct(StringComparer.Ordinal)
        : [InstanceId];

    private bool TouchesOthers
    {
        get
        {
            if (Children.Count + Revivals.Count > 0)
                return true;
            foreach (var message in Messages)
            {
                if (!string.Equals(message.InstanceId, InstanceId, StringComparison.Ordinal))
                    return true;
            }

            return false;
        }
    }
}

/// <summary>The condition of a commit. A closed family.</summary>
public abstract record Guard
{
    private Guard()
    {
    }

    /// <summary>The instance is leased under this token.</summary>
    public sealed record HoldsStep(string Token) : Guard;

    /// <summary>An activity of the instance is leased under this token.</summary>
    public sealed record HoldsActivity(string Token) : Guard;

    /// <summary>No instance has this id, or one whose status is among these, which is then replaced.</summary>
    public sealed record MayStart(IReadOnlyCollection<OrchestrationRuntimeStatus> Replaceable) : Guard;

    /// <summary>The instance exists and has not ended; if an execution id or a revision is given, it is the current one.</summary>
    public sealed record IsOpen(string? ExecutionId, int? Revision = null) : Guard;

    /// <summary>The instance runs, or ran, as this execution, and has this status.</summary>
    public sealed record HasStatus(string ExecutionId, OrchestrationRuntimeStatus Status) : Guard;
}

/// <summary>What became of a commit.</summary>
public enum Verdict
{
    Committed,
    LeaseLost,
    AlreadyExists,
    NoSuchInstance,

    /// <summary>The instance has ended, runs as another execution, or has another status than the guard asks for.</summary>
    NotOpen,
}

/// <summary>What becomes of a lease.</summary>
public enum Disposition
{
    /// <summary>The work is done: a step's lease is released and its deliveries begin at 0 again, an activity is removed.</summary>
    Done,

    /// <summary>The worker was lost: the work waits again, and the delivery stays counted.</summary>
    Requeued,

    /// <summary>The worker gave the work back: it waits again as if it had not been delivered.</summary>
    Returned,
}

/// <summary>A message that waits for its instance to take a step. It is dropped if that instance, or that execution, is not open.</summary>
/// <param name="InstanceId">The receiver.</param>
/// <param name="ExecutionId">The only execution that takes it; null for any.</param>
/// <param name="Event">What the receiver's history will hold.</param>
/// <param name="VisibleAt">Its place among the others: messages are delivered in this order, of the same instant as they came.</param>
public sealed record InboxMessage(string InstanceId, string? ExecutionId, HistoryEvent Event, DateTimeOffset VisibleAt)
{
    /// <summary>It waits for the clock to reach <see cref="VisibleAt"/>. Others are due at once, even if the clock is set back meanwhile.</summary>
    public bool IsTimed { get; init; }

    /// <summary>The store's number; 0 until it is stored.</summary>
    public long Id { get; init; }

    /// <summary>Delivered before all others: the start of an execution and the events it inherits, a rewind and the events it gives back.</summary>
    public bool Front { get; init; }
}

/// <summary>An activity that waits for a worker. It goes with its execution.</summary>
public sealed record ActivityRow(string InstanceId, string ExecutionId, int TaskId, string Name, string Version, string? Input)
{
    public IReadOnlyDictionary<string, string> Tags { get; init; } = InstanceState.NoTags;

    public DateTimeOffset ScheduledAt { get; init; }
}

/// <summary>
/// A sub-orchestration begins. An ended instance with the same id and the same parent is replaced, since that is a retry; any other
/// instance with this id makes the start fail, and the parent gets <paramref name="IfTaken"/>.
/// </summary>
public sealed record ChildStart(InstanceState Instance, InboxMessage Start, InboxMessage IfTaken);

/// <summary>
/// A rewound instance waits again for a sub-orchestration. One that failed or was terminated becomes open again and is told by
/// <paramref name="Rewound"/>; one that completed answers once more; an open one goes on; one that was purged is started anew.
/// </summary>
public sealed record Revival(InboxMessage Rewound, ChildStart Anew);
