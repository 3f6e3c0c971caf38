using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Stores;

public abstract partial class TaskHubStoreContract
{
    [Fact]
    public async Task A_claim_gives_the_waiting_messages_and_no_second_one_does()
    {
        await StartAsync("a");
        await SendAsync("a", new EventRaised("one", "1"));
        await SendAsync("a", new EventRaised("two", "2"));

        var claimed = Assert.Single(await ClaimStepsAsync());

        Assert.Equal(["ExecutionStarted", "EventRaised", "EventRaised"], claimed.Messages.Select(message => message.Event.GetType().Name));
        Assert.Equal(1, claimed.Lease.Deliveries);
        Assert.Empty(await ClaimStepsAsync());
    }

    [Fact]
    public async Task A_claim_takes_only_the_names_asked_for_whatever_their_case()
    {
        await StartAsync("a", name: "Flow");

        Assert.Empty(await ClaimStepsAsync(names: []));
        Assert.Empty(await ClaimStepsAsync(names: ["Other", "Flo"]));
        Assert.Single(await ClaimStepsAsync(names: ["FLOW"]));
    }

    [Fact]
    public async Task A_claim_is_bounded_and_takes_the_oldest_first()
    {
        foreach (var id in new[] { "c", "a", "b" })
            await StartAsync(id);

        Assert.Equal(["c", "a"], (await ClaimStepsAsync(most: 2)).Select(claimed => claimed.Lease.InstanceId));
    }

    [Fact]
    public async Task A_step_is_written_whole_and_its_messages_are_taken_in()
    {
        var step = await RunningAsync("a");
        var verdict = await FinishAsync(step, batch => batch with
        {
            Activities = [new ActivityRow("a", step.Lease.State.ExecutionId, 3, "Work", "v", "\"in\"") { Tags = new Dictionary<string, string> { ["t"] = "1" }, ScheduledAt = Noon }],
        });

        Assert.Equal(Verdict.Committed, verdict);
        Assert.Empty(await ClaimStepsAsync());
        Assert.Equal(2, (await _store.ReadHistoryAsync("a", step.Lease.State.ExecutionId)).Count);
        Assert.Empty(await _store.ReadHistoryAsync("a", "another execution"));
        var activity = Assert.Single(await ClaimActivitiesAsync()).Activity;
        Assert.Equal(("a", 3, "Work", "v", "\"in\"", "1", Noon), (activity.InstanceId, activity.TaskId, activity.Name, activity.Version, activity.Input, activity.Tags["t"], activity.ScheduledAt));
    }

    [Fact]
    public async Task A_stale_token_writes_nothing()
    {
        var first = await RunningAsync("a");
        await _store.CommitAsync(new CommitBatch("a", new Guard.HoldsStep(first.Lease.Token)) { Leased = Disposition.Requeued });
        var second = Assert.Single(await ClaimStepsAsync());

        Assert.Equal(Verdict.LeaseLost, await FinishAsync(first));
        Assert.Empty(await _store.ReadHistoryAsync("a", first.Lease.State.ExecutionId));
        Assert.Equal(2, second.Lease.Deliveries);
        Assert.Equal(Verdict.Committed, await FinishAsync(second));
    }

    [Fact]
    public async Task A_commit_begins_the_count_of_deliveries_again()
    {
        var step = await RunningAsync("a");
        await FinishAsync(step);
        await SendAsync("a", new EventRaised("e", null));

        Assert.Equal(1, Assert.Single(await ClaimStepsAsync()).Lease.Deliveries);
    }

    [Fact]
    public async Task An_activity_is_completed_by_its_holder_only_and_once()
    {
        var lease = await HeldActivityAsync("a");

        Assert.Equal(Verdict.LeaseLost, await _store.CommitAsync(Answer(lease with { Token = "guessed" })));
        Assert.Equal(Verdict.Committed, await _store.CommitAsync(Answer(lease)));
        Assert.Equal(Verdict.LeaseLost, await _store.CommitAsync(Answer(lease)));
        Assert.Single(Assert.Single(await ClaimStepsAsync()).Messages);
        Assert.Empty(await ClaimActivitiesAsync());
    }

    [Fact]
    public async Task An_activity_given_back_can_be_taken_again()
    {
        var lease = await HeldActivityAsync("a");
        Assert.Empty(await ClaimActivitiesAsync());

        await _store.CommitAsync(new CommitBatch("a", new Guard.HoldsActivity(lease.Token)) { Leased = Disposition.Requeued });

        Assert.Equal(2, Assert.Single(await ClaimActivitiesAsync()).Deliveries);
    }

    [Fact]
    public async Task Work_given_back_in_order_counts_as_never_delivered()
    {
        var step = await RunningAsync("a");
        await _store.CommitAsync(new CommitBatch("a", new Guard.HoldsStep(step.Lease.Token)) { Leased = Disposition.Returned });
        Assert.Equal(1, Assert.Single(await ClaimStepsAsync()).Lease.Deliveries);

        var lease = await HeldActivityAsync("b");
        await _store.CommitAsync(new CommitBatch("b", new Guard.HoldsActivity(lease.Token)) { Leased = Disposition.Returned });
        Assert.Equal(1, Assert.Single(await ClaimActivitiesAsync()).Deliveries);
    }

    [Fact]
    public async Task Leases_expire_unless_their_tokens_are_renewed()
    {
        await StartAsync("a");
        await StartAsync("b");
        await ClaimStepsAsync(most: 1, worker: "one");
        var two = Assert.Single(await ClaimStepsAsync(most: 1, worker: "two"));
        Assert.Empty(await _store.ReadExpiredAsync(Noon.AddSeconds(59), 10));

        await _store.RenewAsync([two.Lease.Token, "three"], Noon.AddHours(1));

        var expired = Assert.IsType<StepLease>(Assert.Single(await _store.ReadExpiredAsync(Noon.AddSeconds(60), 10)));
        Assert.Equal(("a", "one", 1, "Flow"), (expired.InstanceId, expired.WorkerId, expired.Deliveries, expired.State.Name));
    }

    [Fact]
    public async Task A_ring_follows_a_commit_that_leaves_work()
    {
        await StartAsync("a");

        Assert.Equal(1, _rings);
    }
}
