using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Replay.Tests.Transitions;

/// <summary>The commit of a rewind: what waits for an answer is asked for again, and nothing else.</summary>
public sealed class ReopeningTests
{
    private static readonly DateTimeOffset Now = Flow.Noon.AddDays(1);
    private static readonly TaskFailureDetails Broken = new("T", "broken");
    private static readonly OrchestratorStarted Step = new() { Timestamp = Flow.Noon };
    private static readonly OrchestratorCompleted Waits = new() { Timestamp = Flow.Noon };
    private static readonly ExecutionStarted Began = new("execution", "Flow", string.Empty, null);
    private static readonly ExecutionRewound Rewound = new("why") { Timestamp = Now };
    private static readonly HistoryEvent[] Received = [new OrchestratorStarted { Timestamp = Now }, Rewound];

    private static readonly InstanceState State = new("instance", "execution", "Flow")
    {
        Status = OrchestrationRuntimeStatus.Running,
        Input = "1",
        Revision = 5,
        LastUpdatedAt = Flow.Noon,
    };

    [Fact]
    public void The_new_history_replaces_the_old_one_and_ends_with_the_rewind()
    {
        HistoryEvent[] history = [Step, Began, Activity(0), Waits];

        var batch = Reopen(history, messages: [new("instance", null, Rewound, Now) { Id = 9 }]);

        Assert.True(batch.ReplacesHistory);
        Assert.Equal([.. history, .. Received, new OrchestratorCompleted { Timestamp = Now }], batch.History);
        Assert.Equal(("instance", new Guard.HoldsStep("token")), (batch.InstanceId, batch.Guard));
        Assert.Equal([9], batch.Consumed);
        Assert.Equal(State with { Revision = 6, LastUpdatedAt = Now }, batch.Instance);
    }

    [Fact]
    public void Calls_without_an_answer_are_asked_for_again()
    {
        var at = Now.AddDays(3);

        var batch = Reopen([Step, Began, Activity(0), new TimerCreated(1, at), Child(2), Waits]);

        Assert.Equal(Calls.ToActivity(State, Activity(0), Now), Assert.Single(batch.Activities));
        Assert.Equal(Calls.ToTimer(State, new TimerCreated(1, at)), Assert.Single(batch.Messages));
        var revival = Assert.Single(batch.Revivals);
        Assert.Equal(new InboxMessage("child-2", null, new ExecutionRewound("why") { Timestamp = Now }, Now) { Front = true }, revival.Rewound);
        Assert.Equal(Calls.ToChild(State, Child(2), Now, new CountedIds()), revival.Anew);
        Assert.Empty(batch.Children);
    }

    [Fact]
    public void Calls_with_an_answer_are_not_asked_for_again()
    {
        var batch = Reopen([
            Step, Began, Activity(0), Activity(1), new TimerCreated(2, Now), Child(3), Child(4), Activity(5), Waits,
            Step, new TaskCompleted(0, null), new TaskFailed(1, Broken), new TimerFired(2, Now), new SubOrchestrationCompleted(3, null),
            new SubOrchestrationFailed(4, Broken), new EventRaised("E", null), Waits,
        ]);

        Assert.Equal(5, Assert.Single(batch.Activities).TaskId);
        Assert.Empty(batch.Messages);
        Assert.Empty(batch.Revivals);
    }

    [Fact]
    public void A_worker_of_another_make_that_took_its_failed_calls_back_is_woken_to_make_them_again()
    {
        HistoryEvent[] kept = [Step, Began with { ExecutionId = "a-new-one" }, Waits];

        var batch = Reopen([.. kept, .. Received]);

        Assert.Equal([Step, Began, Waits, .. Received, new OrchestratorCompleted { Timestamp = Now }], batch.History);
        Assert.Equal(InstanceRequests.Rewound("instance", "why", Now), Assert.Single(batch.Messages));
        Assert.Empty(batch.Activities);
    }

    [Fact]
    public void A_step_left_open_is_delivered_again_without_what_it_asked_for()
    {
        HistoryEvent[] kept = [Step, Began, Activity(0), Waits];
        var answer = new TaskCompleted(0, "1") { Timestamp = Flow.Noon };
        var raised = new EventRaised("E", "2");

        var batch = Reopen([.. kept, Step, answer, raised, Activity(1), new ExecutionRewound("earlier")]);

        Assert.Equal([.. kept, .. Received, new OrchestratorCompleted { Timestamp = Now }], batch.History);
        Assert.Equal(
            [new InboxMessage("instance", "execution", answer, Now) { Front = true }, new InboxMessage("instance", "execution", raised, Now) { Front = true }],
            batch.Messages);
        Assert.Empty(batch.Activities);
    }

    [Fact]
    public void A_last_step_that_has_ended_in_whatever_way_is_kept()
    {
        foreach (var end in new HistoryEvent[] { Waits, new ExecutionCompleted(OrchestrationRuntimeStatus.Completed, null), new ContinuedAsNew("next", null) })
        {
            HistoryEvent[] history = [Step, Began, end];

            var batch = Reopen(history);

            Assert.Equal(history, batch.History.Take(3));
            Assert.Empty(batch.Messages);
        }
    }

    [Fact]
    public void The_first_step_left_open_is_delivered_again_from_its_start()
    {
        var batch = Reopen([Step, Began, Activity(0)]);

        Assert.Equal([.. Received, new OrchestratorCompleted { Timestamp = Now }], batch.History);
        Assert.Equal(Began, Assert.Single(batch.Messages).Event);
    }

    [Fact]
    public void What_failed_before_its_first_step_was_written_begins_again()
    {
        var batch = Reopen([]);

        Assert.Equal([.. Received, new OrchestratorCompleted { Timestamp = Now }], batch.History);
        Assert.Equal(
            new InboxMessage("instance", "execution", new ExecutionStarted("execution", "Flow", string.Empty, "1") { Timestamp = Flow.Noon }, Now) { Front = true },
            Assert.Single(batch.Messages));
    }

    private static TaskScheduled Activity(int id) => new(id, "A", string.Empty, null);

    private static SubOrchestrationCreated Child(int id) => new(id, $"child-{id}", "Child", string.Empty, null);

    private static CommitBatch Reopen(HistoryEvent[] newHistory, params InboxMessage[] messages) => Transition.OfStep(
        Claims.Of(State, messages), Received, new StepCompletion(null!, [new OrchestratorAction.Rewind(newHistory)], null), Now, new CountedIds());
}
