using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Transitions;

// The transition: everything that one step changes, as the rows of one transaction.
//
//      row before ─┐                                      ┌─► row after          (the fold of the new events)
//   messages due  ─┼─►  Transition.OfStep  ─► CommitBatch ┼─► one history row    (received + asked for)
//   actions asked ─┘        no I/O            guard:      ├─► messages taken in  (deleted)
//                                             the token   ├─► messages sent      (timers, events, the parent's answer)
//                                                         ├─► activities, children
//                                                         └─► the lease, released
//
// Nothing that a step asks for is done before its batch is committed, and all of it is done by that one commit. So there is no moment
// at which a crash could leave a result without its consequence: either the step has not happened and will be run again, with the same
// outcome, or it has happened whole. The guard makes it happen once: a second worker with the same step holds an older token.
//
// A timer is a message to oneself that becomes visible later. A sub-orchestration is another instance, begun by the same commit and
// waited for by a message that its own last commit will send. An execution that ends takes its messages and activities with it (the
// store removes them with the ended row); an answer that still comes later names an execution that is no longer open, and is dropped.
// A step that fails begins no sub-orchestration either: a rewind may take that step back, and then it must not have begun any.
//
// Continue-as-new is an end and a start in one commit. Events that nobody had waited for go in front of those that arrived meanwhile,
// so none is lost and none overtakes another.
//
// Not every commit is a step. InstanceRequests holds what clients and activities ask for, Endings the ends that need no worker, LostLease
// what becomes of work whose worker is gone, Reopening the answer to a rewind. All are pure and all give the same CommitBatch.

/// <summary>State and actions give the rows of one commit.</summary>
internal sealed class Transition
{
    private readonly InstanceState _before;
    private readonly DateTimeOffset _now;
    private readonly IIdSource _ids;
    private readonly List<HistoryEvent> _history = [];
    private readonly List<InboxMessage> _messages = [];
    private readonly List<ActivityRow> _activities = [];
    private readonly List<ChildStart> _children = [];

    private Transition(InstanceState before, IReadOnlyList<HistoryEvent> received, DateTimeOffset now, IIdSource ids)
    {
        _before = before;
        _now = now;
        _ids = ids;
        _history.AddRange(received);
    }

    public static CommitBatch OfStep(
        ClaimedStep claimed, IReadOnlyList<HistoryEvent> received, StepCompletion completion, DateTimeOffset now, IIdSource ids)
    {
        if (completion.Actions is [OrchestratorAction.Rewind rewind])
            return Reopening.OfStep(claimed, received, rewind, now, ids);
        var transition = new Transition(claimed.Lease.State, received, now, ids);
        foreach (var action in completion.Actions)
            transition.Take(action);
        return transition.ToBatch(claimed, completion.CustomStatus);
    }

    private CommitBatch ToBatch(ClaimedStep claimed, string? customStatus)
    {
        if (_history[^1] is not (ExecutionCompleted or ContinuedAsNew))
            Record(new OrchestratorCompleted());
        var after = (_before with { CustomStatus = customStatus, Revision = _before.Revision + 1 }).Apply(_history);
        if (!after.IsOpen && Endings.AnswerToParent(after, _now) is { } answer)
            _messages.Add(answer);
        return new CommitBatch(_before.InstanceId, new Guard.HoldsStep(claimed.Lease.Token))
        {
            Instance = after,
            History = _history,
            Consumed = [.. claimed.Messages.Select(message => message.Id)],
            Messages = _messages,
            Activities = _activities,
            Children = after.Status == OrchestrationRuntimeStatus.Failed ? [] : _children,
        };
    }

    private void Take(OrchestratorAction action)
    {
        switch (action)
        {
            case OrchestratorAction.ScheduleTask task:
                _activities.Add(Calls.ToActivity(_before, Record(new TaskScheduled(task.TaskId, task.Name, task.Version, task.Input) { Tags = task.Tags, Trace = task.Trace }), _now));
                break;
            case OrchestratorAction.CreateTimer timer:
                _messages.Add(Calls.ToTimer(_before, Record(new TimerCreated(timer.TaskId, timer.FireAt))));
                break;
            case OrchestratorAction.StartSubOrchestration child:
                var created = new SubOrchestrationCreated(child.TaskId, child.InstanceId, child.Name, child.Version, child.Input)
                {
                    Tags = child.Tags,
                    Trace = child.Trace,
                };
                _children.Add(Calls.ToChild(_before, Record(created), _now, _ids));
                break;
            case OrchestratorAction.SendEvent sent:
                Record(new EventSent(sent.TaskId, sent.InstanceId, sent.Name, sent.Input));
                _messages.Add(new InboxMessage(sent.InstanceId, null, new EventRaised(sent.Name, sent.Input) { Timestamp = _now }, _now));
                break;
            case OrchestratorAction.Complete end:
                Record(new ExecutionCompleted(OrchestrationRuntimeStatus.Completed, end.Output));
                break;
            case OrchestratorAction.Fail end:
                Record(new ExecutionCompleted(OrchestrationRuntimeStatus.Failed, null) { Failure = end.Failure });
                break;
            case OrchestratorAction.ContinueAsNew next:
                BeginAgain(next);
                break;
        }
    }

    private void BeginAgain(OrchestratorAction.ContinueAsNew next)
    {
        var executionId = _ids.NewId();
        var record = Record(new ContinuedAsNew(executionId, next.Input) { NewVersion = next.NewVersion });
        var started = InstanceRequests.Started(_before.Apply([record]), _now) with { Trace = next.Trace };
        _messages.Add(new InboxMessage(_before.InstanceId, executionId, started, _now) { Front = true });
        foreach (var carried in next.CarriedEvents)
            _messages.Add(new InboxMessage(_before.InstanceId, null, carried, _now) { Front = true });
    }

    private T Record<T>(T happened)
        where T : HistoryEvent
    {
        var recorded = (T)(happened with { Timestamp = _now });
        _history.Add(recorded);
        return recorded;
    }
}
