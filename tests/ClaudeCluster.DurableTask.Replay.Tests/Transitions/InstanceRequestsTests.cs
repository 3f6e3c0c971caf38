using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;
using static ClaudeCluster.DurableTask.Client.OrchestrationRuntimeStatus;

namespace ClaudeCluster.DurableTask.Replay.Tests.Transitions;

/// <summary>What clients and activity workers ask for, as commits.</summary>
public sealed class InstanceRequestsTests
{
    private static readonly DateTimeOffset Now = Flow.Noon;
    private static readonly Dictionary<string, string> Tags = new(StringComparer.Ordinal) { ["team"] = "blue" };
    private static readonly TaskFailureDetails Broken = new("T", "broken");

    private static readonly InstanceState Open = new("instance", "execution", "Flow") { Status = Running, Version = "2", Input = "1", Revision = 5, Tags = Tags };

    [Fact]
    public void A_start_is_a_row_and_a_message_that_comes_first()
    {
        var request = new StartRequest("Flow", "instance", "1") { Version = "2", Tags = Tags, Trace = new("00-parent") };

        var batch = InstanceRequests.Start(request, "instance", "execution", Now);

        Assert.Equal(
            new InstanceState("instance", "execution", "Flow") { Version = "2", Input = "1", Tags = Tags, CreatedAt = Now, LastUpdatedAt = Now },
            batch.Instance);
        Assert.Equal(Pending, batch.Instance!.Status);
        var started = new ExecutionStarted("execution", "Flow", "2", "1") { Tags = Tags, Trace = request.Trace, Timestamp = Now };
        Assert.Equal(new InboxMessage("instance", "execution", started, Now) { Front = true }, Assert.Single(batch.Messages));
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void A_start_later_than_now_waits_for_the_clock(int minutes, bool waits)
    {
        var at = Now.AddMinutes(minutes);

        var batch = InstanceRequests.Start(new StartRequest("Flow", "instance", null) { StartAt = at }, "instance", "execution", Now);

        Assert.Equal(at, batch.Instance!.StartAt);
        var message = Assert.Single(batch.Messages);
        Assert.Equal((waits, waits ? at : Now), (message.IsTimed, message.VisibleAt));
        Assert.Null(Assert.IsType<ExecutionStarted>(message.Event).Tags);
    }

    [Fact]
    public void A_start_replaces_only_what_has_ended()
    {
        var request = new StartRequest("Flow", "instance", null) { Replaceable = [Running, Completed, Pending, Terminated] };

        var guard = Assert.IsType<Guard.MayStart>(InstanceRequests.Start(request, "instance", "execution", Now).Guard);

        Assert.Equal([Completed, Terminated], guard.Replaceable);
    }

    [Fact]
    public void Who_may_replace_what_runs_must_be_able_to_replace_what_was_terminated()
    {
        var refused = Assert.Throws<ArgumentException>(() => InstanceRequests.CheckReplaceable(Replacing(Running, Completed)));

        Assert.Contains("one that is terminated must be replaceable too", refused.Message, StringComparison.Ordinal);
        Assert.Equal("request", refused.ParamName);
        InstanceRequests.CheckReplaceable(Replacing(Running, Terminated));
        InstanceRequests.CheckReplaceable(Replacing(Completed));
        InstanceRequests.CheckReplaceable(Replacing());
    }

    [Fact]
    public void An_event_is_a_message_to_whatever_execution_is_open()
    {
        var batch = InstanceRequests.Raise("instance", new InstanceRequest.Raise("E", "1"), Now);

        Assert.Equal(new Guard.IsOpen(null), batch.Guard);
        Assert.Equal(new InboxMessage("instance", null, new EventRaised("E", "1") { Timestamp = Now }, Now), Assert.Single(batch.Messages));
    }

    [Fact]
    public void A_termination_ends_the_execution_that_was_looked_at_and_tells_its_parent()
    {
        var state = Open with { Parent = new ParentInstance("parent", "px", "Parent", 4) };

        var batch = InstanceRequests.Terminate(state, new InstanceRequest.Terminate("\"why\""), Now);

        Assert.Equal(new Guard.IsOpen("execution", 5), batch.Guard);
        Assert.Equal(
            [
                new OrchestratorStarted { Timestamp = Now },
                new ExecutionTerminated("\"why\"") { Timestamp = Now },
                new ExecutionCompleted(Terminated, "\"why\"") { Timestamp = Now },
            ],
            batch.History);
        Assert.Equal(state with { Status = Terminated, Output = "\"why\"", Revision = 6, LastUpdatedAt = Now }, batch.Instance);
        var told = new TaskFailureDetails(FailureTypes.Terminated, "The sub-orchestration 'instance' was terminated.") { IsNonRetriable = true };
        Assert.Equal(new InboxMessage("parent", "px", new SubOrchestrationFailed(4, told) { Timestamp = Now }, Now), Assert.Single(batch.Messages));
        Assert.Empty(InstanceRequests.Terminate(Open, new InstanceRequest.Terminate(null), Now).Messages);
    }

    [Fact]
    public void Only_an_open_instance_that_is_not_suspended_is_suspended()
    {
        var batch = InstanceRequests.Suspend(Open, new InstanceRequest.Suspend("why"), Now)!;

        Assert.True(batch.Suspended);
        Assert.Equal(new Guard.HasStatus("execution", Running), batch.Guard);
        Assert.Equal(new InboxMessage("instance", null, new ExecutionSuspended("why") { Timestamp = Now }, Now), Assert.Single(batch.Messages));
        Assert.NotNull(InstanceRequests.Suspend(Open with { Status = Pending }, new(null), Now));
        Assert.Null(InstanceRequests.Suspend(Open with { Status = Suspended }, new(null), Now));
        Assert.Null(InstanceRequests.Suspend(Open with { Status = Failed }, new(null), Now));
    }

    [Fact]
    public void Only_a_suspended_instance_is_resumed()
    {
        var batch = InstanceRequests.Resume(Open with { Status = Suspended }, new InstanceRequest.Resume("why"), Now)!;

        Assert.False(batch.Suspended);
        Assert.Equal(new Guard.HasStatus("execution", Suspended), batch.Guard);
        Assert.Equal(new InboxMessage("instance", null, new ExecutionResumed("why") { Timestamp = Now }, Now), Assert.Single(batch.Messages));
        Assert.Null(InstanceRequests.Resume(Open, new(null), Now));
    }

    [Fact]
    public void A_rewind_opens_the_failed_row_and_leaves_the_rest_to_a_worker()
    {
        var failed = Open with { Status = Failed, Failure = Broken, Output = "left" };

        var batch = InstanceRequests.Rewind(failed, new InstanceRequest.Rewind("why"), Now);

        Assert.Equal(new Guard.HasStatus("execution", Failed), batch.Guard);
        Assert.Equal(Open, batch.Instance);
        Assert.Equal(new InboxMessage("instance", null, new ExecutionRewound("why") { Timestamp = Now }, Now) { Front = true }, Assert.Single(batch.Messages));
        Assert.Empty(batch.History);
    }

    [Theory]
    [InlineData(Running)]
    [InlineData(Completed)]
    [InlineData(Terminated)]
    public void What_has_not_failed_cannot_be_rewound(OrchestrationRuntimeStatus status)
    {
        var refused = Assert.Throws<OrchestrationStatusException>(() => InstanceRequests.Rewind(Open with { Status = status }, new(null), Now));

        Assert.Contains("only one that has failed can be rewound", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restart_has_name_version_input_and_tags_of_the_old_one_and_replaces_whatever_has_ended()
    {
        var request = InstanceRequests.Restart(Open with { Status = Completed }, "instance");

        Assert.Equal((new TaskName("Flow"), "instance", "1", new TaskVersion("2")), (request.Name, request.InstanceId, request.Input, request.Version));
        Assert.Equal(Tags, request.Tags);
        Assert.Equal([Completed, Failed, Canceled, Terminated], request.Replaceable.Order());
    }

    [Fact]
    public void An_open_instance_is_restarted_only_under_another_id()
    {
        var refused = Assert.Throws<OrchestrationStatusException>(() => InstanceRequests.Restart(Open, "instance"));

        Assert.Contains("wait for its end, terminate it, or restart it under a new id", refused.Message, StringComparison.Ordinal);
        Assert.Equal("another", InstanceRequests.Restart(Open, "another").InstanceId);
    }

    [Fact]
    public void An_activity_s_end_is_a_message_to_the_execution_that_asked()
    {
        var row = new ActivityRow("instance", "execution", 3, "A", string.Empty, null);
        var lease = new ActivityLease("instance", "token", "worker", Now, 1, row);
        var item = new ActivityWorkItem("instance", "execution", "token", 3, "A", default, null, Tags);

        foreach (var (completion, answer) in new (ActivityCompletion, HistoryEvent)[]
        {
            (new(item, "1", null), new TaskCompleted(3, "1")),
            (new(item, null, Broken), new TaskFailed(3, Broken)),
        })
        {
            var batch = InstanceRequests.EndActivity(lease, completion, Now);
            Assert.Equal(("instance", new Guard.HoldsActivity("token"), Disposition.Done), (batch.InstanceId, batch.Guard, batch.Leased));
            Assert.Equal(new InboxMessage("instance", "execution", answer with { Timestamp = Now }, Now), Assert.Single(batch.Messages));
        }
    }

    private static StartRequest Replacing(params OrchestrationRuntimeStatus[] statuses) => new("Flow", "instance", null) { Replaceable = statuses };
}
