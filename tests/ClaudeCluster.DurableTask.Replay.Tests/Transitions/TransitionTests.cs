using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Replay.Tests.Transitions;

/// <summary>One step as the rows of one commit.</summary>
public sealed class TransitionTests
{
    private static readonly DateTimeOffset Now = Flow.Noon.AddHours(1);
    private static readonly TaskFailureDetails Broken = new("T", "broken");
    private static readonly ParentInstance Parent = new("parent", "px", "Parent", 4);

    private static readonly InstanceState Running = new("instance", "execution", "Flow")
    {
        Version = "2",
        Status = OrchestrationRuntimeStatus.Running,
        Revision = 7,
        CustomStatus = "\"old\"",
        Input = "\"in\"",
        Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "blue", ["tier"] = "1" },
    };

    [Fact]
    public void A_step_is_written_whole_under_the_token_of_its_lease()
    {
        InboxMessage[] messages = [Message(11), Message(12)];

        var batch = Step([], messages: messages, customStatus: "\"new\"");

        Assert.Equal(("instance", new Guard.HoldsStep("token")), (batch.InstanceId, batch.Guard));
        Assert.Equal(Disposition.Done, batch.Leased);
        Assert.Equal([11, 12], batch.Consumed);
        Assert.Equal([new OrchestratorStarted { Timestamp = Now }, new OrchestratorCompleted { Timestamp = Now }], batch.History);
        Assert.False(batch.ReplacesHistory);
        Assert.Equal(Running with { Revision = 8, CustomStatus = "\"new\"", LastUpdatedAt = Now }, batch.Instance);
        Assert.Null(batch.Suspended);
        Assert.Empty(batch.Messages);
    }

    [Fact]
    public void An_activity_is_a_record_and_a_row()
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["cost"] = "high" };

        var batch = Step([new OrchestratorAction.ScheduleTask(3, "A", "1", "\"x\"", tags)]);

        Assert.Equal(new TaskScheduled(3, "A", "1", "\"x\"") { Tags = tags, Timestamp = Now }, batch.History[1]);
        Assert.Equal(new ActivityRow("instance", "execution", 3, "A", "1", "\"x\"") { Tags = tags, ScheduledAt = Now }, Assert.Single(batch.Activities));
    }

    [Fact]
    public void An_activity_s_trace_travels_among_its_tags_and_is_taken_out_of_them_again()
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["cost"] = "high" };
        foreach (var trace in new[] { new TraceContext("00-parent", "state"), new TraceContext("00-parent"), null })
        {
            var batch = Step([new OrchestratorAction.ScheduleTask(3, "A", "1", null, tags) { Trace = trace }]);

            Assert.Equal(trace, Assert.IsType<TaskScheduled>(batch.History[1]).Trace);
            var taken = Calls.TakeTrace(Assert.Single(batch.Activities));
            Assert.Equal(tags, taken.Tags);
            Assert.Equal(trace, taken.Trace);
        }

        var without = Step([new OrchestratorAction.ScheduleTask(3, "A", "1", null, null) { Trace = new("00-parent") }]);
        Assert.Equal("durabletask.traceparent", Assert.Single(without.Activities[0].Tags).Key);
    }

    [Fact]
    public void A_timer_is_a_message_to_this_execution_alone_that_waits_for_the_clock()
    {
        var at = Now.AddDays(2);

        var batch = Step([new OrchestratorAction.CreateTimer(3, at)]);

        Assert.Equal(new TimerCreated(3, at) { Timestamp = Now }, batch.History[1]);
        Assert.Equal(new InboxMessage("instance", "execution", new TimerFired(3, at) { Timestamp = at }, at) { IsTimed = true }, Assert.Single(batch.Messages));
    }

    [Fact]
    public void A_sub_orchestration_is_a_new_instance_that_knows_who_waits_for_it()
    {
        var trace = new TraceContext("00-parent");

        var batch = Step([new OrchestratorAction.StartSubOrchestration(3, "child", "Child", "5", "\"x\"", null) { Trace = trace }]);

        Assert.Equal(new SubOrchestrationCreated(3, "child", "Child", "5", "\"x\"") { Trace = trace, Timestamp = Now }, batch.History[1]);
        var start = Assert.Single(batch.Children);
        var parent = new ParentInstance("instance", "execution", "Flow", 3);
        Assert.Equal(
            new InstanceState("child", "id-1", "Child") { Version = "5", Input = "\"x\"", Parent = parent, Tags = Running.Tags, CreatedAt = Now, LastUpdatedAt = Now },
            start.Instance);
        Assert.Equal(
            new InboxMessage("child", "id-1", new ExecutionStarted("id-1", "Child", "5", "\"x\"") { Parent = parent, Tags = Running.Tags, Trace = trace, Timestamp = Now }, Now)
            {
                Front = true,
            },
            start.Start);
        var taken = new TaskFailureDetails(FailureTypes.AlreadyExists, "An instance with the id 'child' exists already.") { IsNonRetriable = true };
        Assert.Equal(new InboxMessage("instance", "execution", new SubOrchestrationFailed(3, taken) { Timestamp = Now }, Now), start.IfTaken);
    }

    [Fact]
    public void A_sub_orchestration_has_its_parent_s_tags_except_where_its_own_say_otherwise()
    {
        var own = new Dictionary<string, string>(StringComparer.Ordinal) { ["tier"] = "2", ["cost"] = "high" };

        var batch = Step([new OrchestratorAction.StartSubOrchestration(3, "child", "Child", "", null, own)]);

        Assert.Equal(own, Assert.IsType<SubOrchestrationCreated>(batch.History[1]).Tags);
        Assert.Equal(["cost=high", "team=blue", "tier=2"], Assert.Single(batch.Children).Instance.Tags.Select(tag => $"{tag.Key}={tag.Value}").Order());
        Assert.Equal("1", Running.Tags["tier"]);
    }

    [Fact]
    public void An_end_closes_the_row_and_tells_the_parent()
    {
        var waitedFor = Running with { Parent = Parent };

        var completed = Step([new OrchestratorAction.Complete("\"out\"")], waitedFor);
        var failed = Step([new OrchestratorAction.Fail(Broken)], waitedFor);

        Assert.Equal([new OrchestratorStarted { Timestamp = Now }, new ExecutionCompleted(OrchestrationRuntimeStatus.Completed, "\"out\"") { Timestamp = Now }], completed.History);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, "\"out\""), (completed.Instance!.Status, completed.Instance.Output));
        Assert.Equal(new InboxMessage("parent", "px", new SubOrchestrationCompleted(4, "\"out\"") { Timestamp = Now }, Now), Assert.Single(completed.Messages));
        Assert.Equal(new ExecutionCompleted(OrchestrationRuntimeStatus.Failed, null) { Failure = Broken, Timestamp = Now }, failed.History[^1]);
        Assert.Equal((OrchestrationRuntimeStatus.Failed, Broken), (failed.Instance!.Status, failed.Instance.Failure));
        Assert.Equal(new InboxMessage("parent", "px", new SubOrchestrationFailed(4, Broken) { Timestamp = Now }, Now), Assert.Single(failed.Messages));
        Assert.Empty(Step([new OrchestratorAction.Complete(null)]).Messages);
    }

    [Fact]
    public void A_step_without_an_end_tells_the_parent_nothing() => Assert.Empty(Step([], Running with { Parent = Parent }).Messages);

    [Fact]
    public void Continue_as_new_is_a_new_execution_whose_start_and_events_come_first()
    {
        var carried = new EventRaised("E", "1") { Timestamp = Flow.Noon };
        var trace = new TraceContext("00-parent");
        var waitedFor = Running with { Parent = Parent };

        var batch = Step([new OrchestratorAction.ContinueAsNew("\"next\"", [carried]) { NewVersion = "3", Trace = trace }], waitedFor);

        Assert.Equal(new ContinuedAsNew("id-1", "\"next\"") { NewVersion = "3", Timestamp = Now }, batch.History[^1]);
        Assert.Equal(
            waitedFor with { ExecutionId = "id-1", Version = "3", Input = "\"next\"", CustomStatus = null, Revision = 8, LastUpdatedAt = Now },
            batch.Instance);
        var started = new ExecutionStarted("id-1", "Flow", "3", "\"next\"") { Parent = Parent, Tags = Running.Tags, Trace = trace, Timestamp = Now };
        Assert.Equal(
            [new InboxMessage("instance", "id-1", started, Now) { Front = true }, new InboxMessage("instance", null, carried, Now) { Front = true }],
            batch.Messages);
    }

    [Fact]
    public void Continue_as_new_without_a_version_keeps_it()
    {
        var batch = Step([new OrchestratorAction.ContinueAsNew(null, [])], Running with { Tags = InstanceState.NoTags });

        Assert.Equal("2", batch.Instance!.Version);
        Assert.Equal(new ExecutionStarted("id-1", "Flow", "2", null) { Timestamp = Now }, Assert.Single(batch.Messages).Event);
    }

    [Fact]
    public void Actions_are_recorded_in_the_order_in_which_the_code_asked()
    {
        var batch = Step([
            new OrchestratorAction.CreateTimer(0, Now), new OrchestratorAction.ScheduleTask(1, "A", "", null, null), new OrchestratorAction.SendEvent(2, "x", "E", null),
            new OrchestratorAction.Complete(null),
        ]);

        Assert.Equal(
            [typeof(OrchestratorStarted), typeof(TimerCreated), typeof(TaskScheduled), typeof(EventSent), typeof(ExecutionCompleted)],
            batch.History.Select(happened => happened.GetType()));
    }

    [Fact]
    public void A_commit_touches_each_instance_once_that_it_gives_something_to_do()
    {
        var child = new OrchestratorAction.StartSubOrchestration(3, "child", "Child", "", null, null);
        var batch = Step([child, child, new OrchestratorAction.SendEvent(4, "other", "E", null)]);
        var revivals = batch with { Revivals = [new Revival(InstanceRequests.Rewound("revived", null, Now), batch.Children[0])] };

        Assert.Equal(["other", "child", "revived", "instance"], revivals.Touched);
    }

    private static InboxMessage Message(long id) => new("instance", null, new EventRaised("E", null), Now) { Id = id };

    private static CommitBatch Step(
        OrchestratorAction[] actions, InstanceState? state = null, InboxMessage[]? messages = null, string? customStatus = null) =>
        Transition.OfStep(
            Claims.Of(state ?? Running, messages ?? []),
            [new OrchestratorStarted { Timestamp = Now }],
            new StepCompletion(null!, actions, customStatus),
            Now,
            new CountedIds());
}
