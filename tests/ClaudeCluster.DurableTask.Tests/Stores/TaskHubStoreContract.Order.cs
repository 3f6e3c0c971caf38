using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;

namespace ClaudeCluster.DurableTask.Tests.Stores;

public abstract partial class TaskHubStoreContract
{
    [Fact]
    public async Task Activities_are_claimed_by_age_where_priority_is_a_head_start()
    {
        await WaitingAsync("low", Noon, "-60");
        await WaitingAsync("old", Noon.AddSeconds(30));
        await WaitingAsync("young", Noon.AddSeconds(90));
        await WaitingAsync("high", Noon.AddSeconds(89), "60");

        Assert.Equal(["high", "old", "low", "young"], await ClaimOrderAsync());
    }

    [Fact]
    public async Task What_is_older_than_the_head_start_goes_first_so_nothing_starves()
    {
        await WaitingAsync("high", Noon.AddHours(1).AddTicks(1), "3600");
        await WaitingAsync("old", Noon);
        await WaitingAsync("later", Noon.AddHours(24).AddTicks(1), "999999999999999999999999");

        Assert.Equal(["old", "high", "later"], await ClaimOrderAsync());
    }

    [Fact]
    public async Task Of_activities_that_count_from_the_same_instant_the_first_goes_first()
    {
        await WaitingAsync("first", Noon.AddSeconds(60), "60");
        await WaitingAsync("second", Noon);
        await WaitingAsync("third", Noon.AddSeconds(60), "60");

        Assert.Equal(["first", "second", "third"], await ClaimOrderAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("high")]
    [InlineData("1.5")]
    [InlineData("NaN")]
    [InlineData("3600'; DROP TABLE activities; --")]
    public async Task A_priority_that_is_no_whole_number_is_none(string tag)
    {
        await WaitingAsync("old", Noon);
        await WaitingAsync("odd", Noon.AddTicks(1), tag);
        await WaitingAsync("young", Noon.AddTicks(2));

        Assert.Equal(["old", "odd", "young"], await ClaimOrderAsync());
    }

    [Fact]
    public async Task A_priority_changes_neither_tags_nor_the_time_of_scheduling()
    {
        await WaitingAsync("a", Noon, "3600");

        var activity = Assert.Single(await ClaimActivitiesAsync()).Activity;

        Assert.Equal((Noon, "3600"), (activity.ScheduledAt, activity.Tags[TaskTags.Priority]));
    }

    [Fact]
    public async Task An_activity_given_back_keeps_its_head_start()
    {
        await WaitingAsync("old", Noon);
        await WaitingAsync("high", Noon.AddSeconds(1), "3600");
        var given = Assert.Single(await _store.ClaimActivitiesAsync(NewClaim(1, null, null, "w")));
        await _store.CommitAsync(new CommitBatch("high", new Guard.HoldsActivity(given.Token)) { Leased = Disposition.Requeued });

        Assert.Equal(["high", "old"], await ClaimOrderAsync());
    }

    [Fact]
    public async Task A_commit_too_hands_out_the_urgent_first()
    {
        var step = await RunningAsync("a");

        var result = await CommitAsync(Finished(step, Scheduled(step, 1), Scheduled(step, 2), Prior(Scheduled(step, 3), "60")), TakeActivities(most: 2));

        Assert.Equal([3, 1], result.Activities.Select(lease => lease.Activity.TaskId));
        Assert.Equal(2, Assert.Single(await ClaimActivitiesAsync()).Activity.TaskId);
    }

    private static ActivityRow Prior(ActivityRow activity, string tag) => activity with { Tags = new Dictionary<string, string> { [TaskTags.Priority] = tag } };

    private async Task WaitingAsync(string id, DateTimeOffset scheduledAt, string? tag = null)
    {
        var step = await RunningAsync(id);
        var activity = Scheduled(step, 0) with { ScheduledAt = scheduledAt };
        await _store.CommitAsync(Finished(step, tag is null ? activity : Prior(activity, tag)));
    }

    /// <summary>One after the other, as workers with room for one take them.</summary>
    private async Task<List<string>> ClaimOrderAsync()
    {
        List<string> order = [];
        while (await _store.ClaimActivitiesAsync(NewClaim(1, null, null, "w")) is [var lease])
            order.Add(lease.InstanceId);
        return order;
    }
}
