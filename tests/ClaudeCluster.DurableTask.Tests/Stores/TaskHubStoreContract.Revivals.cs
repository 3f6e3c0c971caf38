using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Stores;

public abstract partial class TaskHubStoreContract
{
    [Fact]
    public async Task A_failed_child_becomes_open_again_and_is_told()
    {
        var child = await ChildAsync(step => Finished(step) with { Instance = Ended(step, OrchestrationRuntimeStatus.Failed), Messages = [] });

        await ReviveAsync();

        var told = Assert.Single(await ClaimStepsAsync());
        Assert.Equal(("child", child.ExecutionId, OrchestrationRuntimeStatus.Running), (told.Lease.InstanceId, told.Lease.State.ExecutionId, told.Lease.State.Status));
        Assert.Null(told.Lease.State.Output);
        Assert.Equal("rewound", ((EventRaised)Assert.Single(told.Messages).Event).Name);
        Assert.Equal(2, (await _store.ReadHistoryAsync("child", child.ExecutionId)).Count);
    }

    [Fact]
    public async Task A_completed_child_answers_once_more()
    {
        await ChildAsync(step => Finished(step) with { Instance = Ended(step, OrchestrationRuntimeStatus.Completed) with { Output = "7" } });

        await ReviveAsync();

        var parent = Assert.Single(await ClaimStepsAsync());
        Assert.Equal(("parent", "7"), (parent.Lease.InstanceId, ((SubOrchestrationCompleted)Assert.Single(parent.Messages).Event).Result));
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await _store.ReadInstanceAsync("child"))!.Status);
    }

    [Fact]
    public async Task An_open_child_goes_on_untold()
    {
        await ChildAsync(step => Finished(step));

        await ReviveAsync();

        Assert.Empty(await ClaimStepsAsync());
    }

    [Fact]
    public async Task A_missing_child_is_started_anew()
    {
        await ChildAsync(step => Finished(step) with { Instance = Ended(step, OrchestrationRuntimeStatus.Failed) });
        await _store.PurgeAsync(new PurgeRequest("child", null), 10);

        await ReviveAsync();

        var anew = Assert.Single(await ClaimStepsAsync());
        Assert.Equal(("child", "child-1"), (anew.Lease.InstanceId, anew.Lease.State.ExecutionId));
        Assert.IsType<ExecutionStarted>(Assert.Single(anew.Messages).Event);
    }

    [Fact]
    public async Task A_child_s_id_that_somebody_else_has_taken_is_told_to_the_parent()
    {
        await FinishAsync(await RunningAsync("parent"));
        await FinishAsync(await RunningAsync("child"));

        await ReviveAsync();

        var parent = Assert.Single(await ClaimStepsAsync());
        Assert.Equal("parent", parent.Lease.InstanceId);
        Assert.IsType<SubOrchestrationFailed>(Assert.Single(parent.Messages).Event);
    }

    [Fact]
    public async Task A_revived_child_is_handed_out()
    {
        await ChildAsync(step => Finished(step) with { Instance = Ended(step, OrchestrationRuntimeStatus.Terminated) });

        var result = await CommitAsync(Revived(), TakeSteps());

        Assert.Equal("child", Assert.Single(result.Steps).Lease.InstanceId);
    }

    private static InstanceState Ended(ClaimedStep step, OrchestrationRuntimeStatus status) => step.Lease.State with { Status = status };

    /// <summary>A parent that waits for a child, whose one step is finished by this batch.</summary>
    private async Task<InstanceState> ChildAsync(Func<ClaimedStep, CommitBatch> finish)
    {
        var parent = await RunningAsync("parent");
        await _store.CommitAsync(Finished(parent) with { Children = [NewChild(parent, "child")] });
        var child = Assert.Single(await ClaimStepsAsync());
        await _store.CommitAsync(finish(child));
        return child.Lease.State;
    }

    private Task<Verdict> ReviveAsync() => _store.CommitAsync(Revived());

    private static CommitBatch Revived()
    {
        var rewound = new InboxMessage("child", null, new EventRaised("rewound", null), Noon);
        return new CommitBatch("parent", new Guard.IsOpen(null)) { Revivals = [new Revival(rewound, NewChild("parent", "parent-1", "child"))] };
    }
}
