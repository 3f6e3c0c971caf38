using System.Collections.Immutable;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Stores;

public abstract partial class TaskHubStoreContract
{
    [Fact]
    public async Task Activities_are_handed_out_by_the_commit_that_schedules_them()
    {
        var step = await RunningAsync("a");

        var result = await CommitAsync(Finished(step, Scheduled(step, 1), Scheduled(step, 2)), TakeActivities());

        Assert.Equal([1, 2], result.Activities.Select(lease => lease.Activity.TaskId));
        Assert.All(result.Activities, lease => Assert.Equal(("a", "w", 1, Noon.AddSeconds(60)), (lease.InstanceId, lease.WorkerId, lease.Deliveries, lease.Until)));
        Assert.Empty(await ClaimActivitiesAsync());
        Assert.Equal(0, _rings);
        Assert.Equal(Verdict.Committed, await _store.CommitAsync(Answer(result.Activities[1])));
        Assert.Equal(Verdict.Committed, await _store.CommitAsync(Answer(result.Activities[0])));
    }

    [Fact]
    public async Task An_activity_handed_out_expires_as_any_other()
    {
        var step = await RunningAsync("a");
        await CommitAsync(Finished(step, Scheduled(step, 1)), TakeActivities());

        var expired = Assert.IsType<ActivityLease>(Assert.Single(await _store.ReadExpiredAsync(Noon.AddSeconds(60), 10)));
        await _store.CommitAsync(new CommitBatch("a", new Guard.HoldsActivity(expired.Token)) { Leased = Disposition.Requeued });

        Assert.Equal(2, Assert.Single(await ClaimActivitiesAsync()).Deliveries);
    }

    [Fact]
    public async Task Activities_of_other_names_or_refused_versions_are_left_and_rung_for()
    {
        var step = await RunningAsync("a");
        var claim = NewClaim(10, ["Work"], null, "w") with { Refused = ImmutableHashSet.Create(new RefusedTask("work", "V2")) };

        var result = await CommitAsync(
            Finished(step, Scheduled(step, 1, "Other"), Scheduled(step, 2, "WORK"), Scheduled(step, 3, "Work", "v2")), new Handout(null, claim));

        Assert.Equal(2, Assert.Single(result.Activities).Activity.TaskId);
        Assert.Equal(1, _rings);
        Assert.Equal([1, 3], (await ClaimActivitiesAsync()).Select(lease => lease.Activity.TaskId));
    }

    [Fact]
    public async Task No_more_activities_are_handed_out_than_asked_for()
    {
        var step = await RunningAsync("a");

        var result = await CommitAsync(Finished(step, Scheduled(step, 1), Scheduled(step, 2), Scheduled(step, 3)), TakeActivities(most: 2));

        Assert.Equal([1, 2], result.Activities.Select(lease => lease.Activity.TaskId));
        Assert.Equal(1, _rings);
        Assert.Equal(3, Assert.Single(await ClaimActivitiesAsync()).Activity.TaskId);
    }

    [Fact]
    public async Task A_step_is_handed_out_by_the_start_itself()
    {
        var result = await CommitAsync(Start("a"), TakeSteps());

        var claimed = Assert.Single(result.Steps);
        Assert.Equal(("a", "a-1", "Flow", 1), (claimed.Lease.InstanceId, claimed.Lease.State.ExecutionId, claimed.Lease.State.Name, claimed.Lease.Deliveries));
        Assert.IsType<ExecutionStarted>(Assert.Single(claimed.Messages).Event);
        Assert.Empty(await ClaimStepsAsync());
        Assert.Equal(0, _rings);
        Assert.Equal(Verdict.Committed, await FinishAsync(claimed));
        Assert.Empty(await ClaimStepsAsync());
    }

    [Fact]
    public async Task A_step_is_handed_out_by_the_answer_of_an_activity()
    {
        var lease = await HeldActivityAsync("a");
        _rings = 0;

        var claimed = Assert.Single((await CommitAsync(Answer(lease), TakeSteps())).Steps);

        Assert.IsType<TaskCompleted>(Assert.Single(claimed.Messages).Event);
        Assert.Equal(0, _rings);
        Assert.Equal(Verdict.Committed, await FinishAsync(claimed));
    }

    [Fact]
    public async Task What_comes_while_a_step_runs_is_handed_out_by_the_end_of_that_step()
    {
        var step = await RunningAsync("a");
        Assert.Empty((await CommitAsync(Sent("a", new EventRaised("one", null)), TakeSteps())).Steps);
        Assert.Empty((await CommitAsync(Sent("a", new EventRaised("two", null)), TakeSteps())).Steps);
        Assert.Equal(0, _rings);

        var next = Assert.Single((await CommitAsync(Finished(step), TakeSteps())).Steps);

        Assert.Equal(["one", "two"], next.Messages.Select(message => ((EventRaised)message.Event).Name));
        Assert.Equal(0, _rings);
    }

    [Fact]
    public async Task A_commit_hands_out_steps_of_all_whom_it_touches()
    {
        var step = await RunningAsync("a");
        await StartAsync("b");
        var other = Assert.Single(await ClaimStepsAsync());
        await FinishAsync(other);
        _rings = 0;
        var batch = Finished(step) with { Messages = [new InboxMessage("b", null, new EventRaised("e", null), Noon)], Children = [NewChild(step, "child")] };

        var result = await CommitAsync(batch, TakeSteps());

        Assert.Equal(["b", "child"], result.Steps.Select(claimed => claimed.Lease.InstanceId));
        Assert.Equal(0, _rings);
    }

    [Fact]
    public async Task No_more_steps_are_handed_out_than_asked_for()
    {
        var step = await RunningAsync("a");

        var result = await CommitAsync(Finished(step) with { Children = [NewChild(step, "one"), NewChild(step, "two")] }, TakeSteps(most: 1));

        Assert.Equal("one", Assert.Single(result.Steps).Lease.InstanceId);
        Assert.Equal(1, _rings);
        Assert.Equal("two", Assert.Single(await ClaimStepsAsync()).Lease.InstanceId);
    }

    [Fact]
    public async Task Steps_of_other_names_or_refused_versions_are_left_and_rung_for()
    {
        Assert.Empty((await CommitAsync(Start("a"), new Handout(NewClaim(10, ["Other"], null, "w"), null))).Steps);
        Assert.Equal(1, _rings);

        var refusing = NewClaim(10, null, null, "w") with { Refused = ImmutableHashSet.Create(new RefusedTask("FLOW", string.Empty)) };
        Assert.Empty((await CommitAsync(Start("b"), new Handout(refusing, null))).Steps);
        Assert.Equal(2, _rings);

        Assert.Equal(["a", "b"], (await ClaimStepsAsync()).Select(claimed => claimed.Lease.InstanceId));
    }

    [Fact]
    public async Task A_suspended_instance_is_not_handed_out()
    {
        await SuspendAsync("a");
        _rings = 0;

        Assert.Empty((await CommitAsync(Sent("a", new EventRaised("e", null)), TakeSteps())).Steps);
        Assert.Equal(0, _rings);

        var resumed = await CommitAsync(new CommitBatch("a", new Guard.IsOpen(null)) { Suspended = false }, TakeSteps());
        Assert.IsType<EventRaised>(Assert.Single(Assert.Single(resumed.Steps).Messages).Event);
    }

    [Fact]
    public async Task A_message_whose_time_has_not_come_is_not_handed_out_and_one_whose_time_has_come_is()
    {
        var step = await RunningAsync("a");
        Assert.Empty((await CommitAsync(Finished(step) with { Messages = [NewTimer("a", Noon.AddTicks(1))] }, TakeSteps())).Steps);
        Assert.Equal(0, _rings);
        var later = Assert.Single(await ClaimStepsAsync(now: Noon.AddHours(1)));

        var result = await CommitAsync(Finished(later) with { Messages = [NewTimer("a", Noon)] }, TakeSteps());

        Assert.IsType<TimerFired>(Assert.Single(Assert.Single(result.Steps).Messages).Event);
    }

    [Fact]
    public async Task A_start_that_is_set_for_later_is_not_handed_out()
    {
        var request = new StartRequest("Flow", "a", null) { StartAt = Noon.AddHours(1) };
        var start = InstanceRequests.Start(request, "a", "a-1", Noon);

        Assert.Empty((await CommitAsync(start, TakeSteps())).Steps);
        Assert.Empty((await CommitAsync(Sent("a", new EventRaised("early", null)), TakeSteps())).Steps);
        Assert.Equal(0, _rings);
        Assert.Equal(2, Assert.Single(await ClaimStepsAsync(now: Noon.AddHours(1))).Messages.Count);
    }

    [Fact]
    public async Task An_end_hands_out_nothing_and_is_not_rung_for()
    {
        var lease = await HeldActivityAsync("a");
        await SendAsync("a", new EventRaised("e", null));
        _rings = 0;
        var state = (await _store.ReadInstanceAsync("a"))!;

        var result = await CommitAsync(InstanceRequests.Terminate(state, new InstanceRequest.Terminate(null), Noon), TakeAll());

        Assert.Equal((0, 0, 0), (result.Steps.Count, result.Activities.Count, _rings));
        Assert.Equal(Verdict.LeaseLost, await _store.CommitAsync(Answer(lease)));
    }

    [Fact]
    public async Task A_refused_commit_hands_out_nothing_and_is_not_rung_for()
    {
        await StartAsync("a");
        _rings = 0;

        var result = await CommitAsync(Start("a"), TakeAll());

        Assert.Equal((Verdict.AlreadyExists, 0, 0, 0), (result.Verdict, result.Steps.Count, result.Activities.Count, _rings));
    }

    [Fact]
    public async Task Work_given_back_is_rung_for()
    {
        var lease = await HeldActivityAsync("a");
        _rings = 0;
        await CommitAsync(new CommitBatch("a", new Guard.HoldsActivity(lease.Token)) { Leased = Disposition.Returned }, null);
        Assert.Equal(1, _rings);

        var step = await RunningAsync("b");
        _rings = 0;
        await CommitAsync(new CommitBatch("b", new Guard.HoldsStep(step.Lease.Token)) { Leased = Disposition.Returned }, TakeActivities());
        Assert.Equal(1, _rings);
    }

    private Handout TakeSteps(int most = 10) => new(NewClaim(most, null, null, "w"), null);

    private Handout TakeActivities(int most = 10) => new(null, NewClaim(most, null, null, "w"));

    private Handout TakeAll() => new(NewClaim(10, null, null, "w"), NewClaim(10, null, null, "w"));
}
