using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Transitions;

/// <summary>
/// The commit of a rewind: the history becomes the one that the worker says, and everything in it that waits for an answer is asked for
/// again. The end had removed the activities, timers and messages of this execution, so nothing is asked for twice. Pure.
/// </summary>
internal sealed class Reopening
{
    private readonly InstanceState _before;
    private readonly IReadOnlyList<HistoryEvent> _received;
    private readonly List<HistoryEvent> _kept;
    private readonly List<HistoryEvent> _again;
    private readonly bool _wakes;

    private Reopening(InstanceState before, IReadOnlyList<HistoryEvent> received, IReadOnlyList<HistoryEvent> newHistory)
    {
        _before = before;
        _received = received;
        var steps = HistorySteps.Split(newHistory).ToList();
        // The worker left the last step open if it is to be taken again.
        var isOpen = steps.Count > 0 && !steps[^1].Exists(HistorySteps.IsEndOfStep);
        _kept = [.. steps.SkipLast(isOpen ? 1 : 0).SelectMany(step => step).Select(InThisExecution)];
        _again = isOpen ? [.. steps[^1].Where(IsTakenAgain)] : [];
        // It failed before its first step could be written: begin again.
        if (!_kept.Concat(_again).Any(happened => happened is ExecutionStarted))
            _again.Insert(0, InstanceRequests.Started(before, before.LastUpdatedAt));
        // Workers of another make also take back the calls that failed, end with the step that asked for the rewind, and make the calls again
        // when they are woken by it.
        _wakes = steps is [.., [OrchestratorStarted, ExecutionRewound]];
    }

    public static CommitBatch OfStep(
        ClaimedStep claimed, IReadOnlyList<HistoryEvent> received, OrchestratorAction.Rewind rewind, DateTimeOffset now, IIdSource ids) =>
        new Reopening(claimed.Lease.State, received, rewind.NewHistory).ToBatch(claimed, now, ids);

    private static bool IsTakenAgain(HistoryEvent happened) =>
        happened is not (OrchestratorStarted or ExecutionRewound) && !HistorySteps.IsRecordOfAction(happened);

    /// <summary>Workers of another make give a rewound execution a new id. Here it keeps its own, which its calls are known by.</summary>
    private HistoryEvent InThisExecution(HistoryEvent happened) => happened is ExecutionStarted started
        ? started with { ExecutionId = _before.ExecutionId, Parent = _before.Parent }
        : happened;

    private CommitBatch ToBatch(ClaimedStep claimed, DateTimeOffset now, IIdSource ids)
    {
        HistoryEvent[] record = [.. _received, new OrchestratorCompleted { Timestamp = now }];
        var reason = _received.OfType<ExecutionRewound>().Single().Reason;
        var (activities, timers, children) = Unanswered();
        return new CommitBatch(_before.InstanceId, new Guard.HoldsStep(claimed.Lease.Token))
        {
            Instance = (_before with { Revision = _before.Revision + 1 }).Apply(record),
            ReplacesHistory = true,
            History = [.. _kept, .. record],
            Consumed = [.. claimed.Messages.Select(message => message.Id)],
            Messages =
            [
                .. _again.Select(happened => new InboxMessage(_before.InstanceId, _before.ExecutionId, happened, now) { Front = true }),
                .. timers.Select(call => Calls.ToTimer(_before, call)),
                .. _wakes ? [InstanceRequests.Rewound(_before.InstanceId, reason, now)] : Array.Empty<InboxMessage>(),
            ],
            Activities = [.. activities.Select(call => Calls.ToActivity(_before, call, now))],
            Revivals = [.. children.Select(call => new Revival(
                InstanceRequests.Rewound(call.InstanceId, reason, now), Calls.ToChild(_before, call, now, ids)))],
        };
    }

    private (List<TaskScheduled> Activities, List<TimerCreated> Timers, List<SubOrchestrationCreated> Children) Unanswered()
    {
        var answered = _kept.Concat(_again).Select(AnsweredTask).ToHashSet();
        return (
            [.. _kept.OfType<TaskScheduled>().Where(call => !answered.Contains(call.TaskId))],
            [.. _kept.OfType<TimerCreated>().Where(call => !answered.Contains(call.TaskId))],
            [.. _kept.OfType<SubOrchestrationCreated>().Where(call => !answered.Contains(call.TaskId))]);
    }

    private static int? AnsweredTask(HistoryEvent happened) => happened switch
    {
        TaskCompleted answer => answer.TaskId,
        TaskFailed answer => answer.TaskId,
        TimerFired answer => answer.TaskId,
        SubOrchestrationCompleted answer => answer.TaskId,
        SubOrchestrationFailed answer => answer.TaskId,
        _ => null,
    };
}
