namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>What people say to the coder while it works is never only kept.</summary>
public sealed class GuidanceTests
{
    private readonly TaskCompletionSource _mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _commits;

    [Fact]
    public async Task What_was_said_during_an_attempt_that_succeeds_is_followed_by_another_on_its_pull_request()
    {
        await using var harness = await StartAsync(Succeed);
        var id = await GuideAsync(harness);

        var flow = await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, Attempts.Count: 2 });

        Assert.Equal((Goal.FollowGuidance, Happenings.Commit(1)), (harness.Taken[1].Goal, harness.Taken[1].Earlier!.Commit));
        Assert.Equal(["mind the gap"], harness.Taken[1].Guidance);
        Assert.Equal(Happenings.Commit(2), harness.GitHub.Branches["claude/issue-12"]);
        Assert.False(flow.HasUnheardGuidance);
        Assert.Single(harness.GitHub.PullRequests);
    }

    [Fact]
    public async Task That_it_was_done_already_is_no_question()
    {
        await using var harness = await StartAsync(task => task.Goal == Goal.FollowGuidance ? Succeed(task) with { Outcome = new AttemptOutcome.NoChanges(), Commit = null } : Succeed(task));
        var id = await GuideAsync(harness);

        var flow = await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, Attempts.Count: 2 });

        Assert.Null(flow.Question);
        Assert.Equal(Happenings.Commit(1), harness.GitHub.Branches["claude/issue-12"]);
    }

    [Fact]
    public async Task What_was_said_in_a_pause_of_the_review_is_followed_when_it_is_over()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = (await harness.HearAsync(Happenings.Labelled())).FlowId!;
        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, BranchesDeleted: 1 });

        await harness.HearAsync(Happenings.Said("/claude pause"));
        await harness.HearAsync(Happenings.Said("/claude mind the gap"));
        await harness.HearAsync(Happenings.Said("/claude resume"));
        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, Attempts.Count: 2 });

        Assert.Equal(["mind the gap"], harness.Taken[1].Guidance);
    }

    private Task<FlowHarness> StartAsync(Func<AgentTask, AttemptResult> agent) => FlowHarness.StartAsync<IssueToPullRequest>(async task =>
    {
        await _mayEnd.Task;
        return agent(task);
    });

    private async Task<string> GuideAsync(FlowHarness harness)
    {
        var id = (await harness.HearAsync(Happenings.Labelled())).FlowId!;
        await harness.UntilAsync(id, _ => harness.Taken.Count == 1);
        await harness.HearAsync(Happenings.Said("/claude mind the gap"));
        _mayEnd.SetResult();
        return id;
    }

    private AttemptResult Succeed(AgentTask task) => new() { Agent = new AgentId("agent"), Outcome = new AttemptOutcome.Succeeded(), Commit = Happenings.Commit(Interlocked.Increment(ref _commits)) };
}
