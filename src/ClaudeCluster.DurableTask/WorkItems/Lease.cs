using System.Collections.Immutable;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;

namespace ClaudeCluster.DurableTask.WorkItems;

// Leases: who may complete a piece of work.
//
//                claim: new token                    complete with that token
//    Waiting ─────────────────────────► Leased ──────────────────────────────► Done
//       ▲                                │  │
//       │     the worker gives it back,  │  │  renewed while its worker lives, so that a long
//       ├────── which is not counted ────┘  │  activity is never taken away from a live worker
//       │                                   │
//       │     the worker went silent        │      LostLease decides:
//       └───────────────────────────────────┤      a step, an activity  → Waiting, deliveries counted
//                                           │      a step 10 times      → its execution ends as poisoned
//                                           │      an activity 10 times → it fails as poisoned
//                                           └────► an activity tagged "fail" → it fails as WorkerLost
//
// The token is the fence. It is made anew for each delivery and cannot be guessed, and every completion names it. A worker that was
// silent for too long, came back and completes, names an old token: nothing is written, whatever it did in between. That is why an
// activity may run twice and yet has one result. Expiry alone takes nothing away: until somebody has decided on an expired lease,
// its holder may still complete, so that a late but only result is not thrown away.

/// <summary>Work that a worker holds.</summary>
public abstract record Lease(string InstanceId, string Token, string WorkerId, DateTimeOffset Until, int Deliveries);

/// <summary>An instance whose step a worker runs.</summary>
public sealed record StepLease(string InstanceId, string Token, string WorkerId, DateTimeOffset Until, int Deliveries, InstanceState State)
    : Lease(InstanceId, Token, WorkerId, Until, Deliveries);

/// <summary>An activity that a worker runs.</summary>
public sealed record ActivityLease(string InstanceId, string Token, string WorkerId, DateTimeOffset Until, int Deliveries, ActivityRow Activity)
    : Lease(InstanceId, Token, WorkerId, Until, Deliveries);

/// <summary>A step as the store hands it out: all messages that are due, in order, up to a bound.</summary>
public sealed record ClaimedStep(StepLease Lease, IReadOnlyList<InboxMessage> Messages)
{
    /// <summary>Why some of its messages cannot be read; null if all can. Such a step is given all the same, and fails its orchestration.</summary>
    public string? Unreadable { get; init; }

    /// <summary>
    /// What the step takes in. Messages never overtake one another, even if the clock was set back between two of them, or belongs to
    /// another hub: who came later counts as no earlier. Among them stand the timers that are due, each at its instant.
    /// </summary>
    internal IReadOnlyList<HistoryEvent> Received()
    {
        if (Messages.Count == 1)
            return [Messages[0].Event];
        var latest = DateTimeOffset.MinValue;
        return
        [
            .. Messages.OrderBy(message => message.Id)
                .Select(message => (Message: message, At: message.IsTimed ? message.VisibleAt : latest = Later(latest, message.VisibleAt)))
                .OrderByDescending(placed => placed.Message.Front).ThenBy(placed => placed.At).ThenBy(placed => placed.Message.Id)
                .Select(placed => placed.Message.Event),
        ];
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}

/// <summary>Asks the store for work.</summary>
/// <param name="WorkerId">Who will hold it.</param>
/// <param name="Most">How many at most.</param>
/// <param name="Names">Which names; null means any, empty means none.</param>
/// <param name="Now">What is due by then.</param>
/// <param name="Until">When the leases end unless they are renewed.</param>
/// <param name="NewToken">Makes the fence of each delivery.</param>
public sealed record Claim(
    string WorkerId, int Most, IReadOnlySet<TaskName>? Names, DateTimeOffset Now, DateTimeOffset Until, Func<string> NewToken)
{
    /// <summary>
    /// Messages handed out in one step; the rest comes with the next. Those in front are never split: left behind, they would be
    /// delivered before the start of an execution that this step may begin, and be lost.
    /// </summary>
    public const int MostMessages = 1_000;

    /// <summary>Names with a version that this worker has refused before, so that it is not asked again and again.</summary>
    public IReadOnlySet<RefusedTask> Refused { get; init; } = ImmutableHashSet<RefusedTask>.Empty;

    internal bool Takes(InstanceState instance) => Takes(instance.Name, instance.Version);

    internal bool Takes(ActivityRow activity) => Takes(activity.Name, activity.Version);

    private bool Takes(string name, string version) =>
        (Names is null || Names.Contains(name)) && (Refused.Count == 0 || !Refused.Contains(new RefusedTask(name, version)));
}

/// <summary>A task that a worker has code for, but not of this version.</summary>
public sealed record RefusedTask(TaskName Name, TaskVersion Version);
