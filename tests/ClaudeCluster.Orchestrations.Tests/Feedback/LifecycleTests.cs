namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>A flow that stays until its pull request is merged: checks, reviews, conflicts, and what people say.</summary>
public sealed class LifecycleTests
{
    private int _commits;

    [Fact]
    public async Task From_the_label_over_failing_checks_and_a_review_to_the_merge()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        Assert.Equal(Happenings.Commit(1), harness.GitHub.Branches["claude/issue-12"]);

        harness.Feedback.FailedChecks = [new("CI / test", "https://ci", "expected 2, got 3")];
        await harness.HearAsync(Happenings.CheckFailed(Happenings.Commit(1)));
        var mended = await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, Attempts.Count: 2 });
        Assert.Equal((Goal.MendChecks, Happenings.Commit(1)), (harness.Taken[1].Goal, harness.Taken[1].Earlier!.Commit));
        Assert.Contains("expected 2, got 3", harness.Taken[1].Earlier!.Failure, StringComparison.Ordinal);
        Assert.Equal(Happenings.Commit(2), harness.GitHub.Branches["claude/issue-12"]);
        Assert.Equal(Happenings.Commit(2), mended.Head);

        harness.Feedback.Review = new("ada", "Please name it better.", [new(new CommentId("77"), "ada", "src/api.cs", 3, "This one.")]);
        await harness.HearAsync(Happenings.ChangesRequested(5, Happenings.Commit(2)));
        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, Attempts.Count: 3 });
        Assert.Equal(Goal.AnswerReview, harness.Taken[2].Goal);
        Assert.Contains("At src/api.cs, line 3", harness.Taken[2].Earlier!.Failure, StringComparison.Ordinal);
        Assert.Contains("thread 77 of #101 answered", harness.Feedback.Effects);

        await harness.HearAsync(Happenings.Ended(Happenings.Commit(3), isMerged: true));
        var done = await harness.FlowAsync(id);
        Assert.Equal(FlowPhase.Done, done.Phase);
        Assert.Empty(harness.GitHub.Branches);
        Assert.Contains("claude:done", harness.GitHub.LabelsOf(done.IssueRef));
        Assert.Single(harness.GitHub.Comments);
        Assert.Single(harness.GitHub.PullRequests);
    }

    [Fact]
    public async Task Checks_that_go_on_failing_ask_a_person_after_some_rounds()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        harness.Feedback.FailedChecks = [new("CI / test", null, "no")];

        for (var round = 1; round <= 4; round++)
        {
            await harness.HearAsync(Happenings.CheckFailed(Happenings.Commit(round)));
            await harness.UntilAsync(id, flow => flow.Attempts.Count == round + 1 ? flow.Phase == FlowPhase.Review : flow.Phase == FlowPhase.NeedsHuman);
        }

        var flow = await harness.UntilAsync(id, flow => flow.Phase == FlowPhase.NeedsHuman);
        Assert.Equal(4, flow.Attempts.Count);
        Assert.Contains("3 rounds of work did not mend it", flow.Question, StringComparison.Ordinal);
        Assert.Contains("claude:waiting", harness.GitHub.LabelsOf(flow.IssueRef));
    }

    [Fact]
    public async Task A_round_that_changes_nothing_asks_a_person()
    {
        await using var harness = await FlowHarness.StartAsync(task => Succeed(task) with { Commit = Happenings.Commit(1) });
        var id = await OpenAsync(harness);
        harness.Feedback.FailedChecks = [new("CI / test", null, "no")];

        await harness.HearAsync(Happenings.CheckFailed(Happenings.Commit(1)));

        var flow = await harness.UntilAsync(id, flow => flow.Phase == FlowPhase.NeedsHuman);
        Assert.Contains("found nothing to change", flow.Question, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_that_failed_on_an_older_commit_changes_nothing()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        harness.Feedback.FailedChecks = [new("CI / test", null, "no")];

        await harness.HearAsync(Happenings.CheckFailed(Happenings.Commit(99)));

        Assert.Equal(FlowPhase.Review, (await harness.UntilAsync(id, _ => true)).Phase);
        Assert.Equal(0, harness.Feedback.Reads);
    }

    [Fact]
    public async Task A_conflict_after_a_push_to_the_base_branch_is_resolved()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        harness.Feedback.Look = new(Happenings.Commit(1), IsOpen: true, IsMerged: false, Conflicts: true);

        await harness.HearAsync(Happenings.BasePushed());
        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, Attempts.Count: 2 });

        Assert.Equal(Goal.ResolveConflict, harness.Taken[1].Goal);
        Assert.Equal(1, harness.Feedback.Reads);
    }

    [Fact]
    public async Task A_push_to_the_base_branch_without_a_conflict_is_looked_at_once_and_changes_nothing()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        harness.Feedback.Look = new(Happenings.Commit(1), IsOpen: true, IsMerged: false, Conflicts: false);

        var effects = harness.GitHub.Effects.Count;
        await harness.HearAsync(Happenings.BasePushed());
        var flow = await harness.UntilAsync(id, flow => flow.SeenEvents.Count == 2);

        Assert.Equal((FlowPhase.Review, 1, effects), (flow.Phase, harness.Feedback.Reads, harness.GitHub.Effects.Count));
    }

    [Fact]
    public async Task An_issue_that_a_merge_closed_is_done_whichever_is_heard_first()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        harness.Feedback.Look = new(Happenings.Commit(1), IsOpen: false, IsMerged: true, Conflicts: null);

        await harness.HearAsync(Happenings.Closed());

        Assert.Equal(FlowPhase.Done, (await harness.FlowAsync(id)).Phase);
    }

    [Fact]
    public async Task A_pull_request_that_is_closed_without_a_merge_ends_the_flow_and_says_so()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);

        await harness.HearAsync(Happenings.Ended(Happenings.Commit(1), isMerged: false));

        var flow = await harness.FlowAsync(id);
        Assert.Equal((FlowPhase.Failed, "'ada' closed the pull request without a merge."), (flow.Phase, flow.EndReason));
        Assert.Contains("claude/issue-12", harness.GitHub.Branches.Keys);
    }

    [Fact]
    public async Task Somebody_elses_commit_on_the_branch_is_where_the_next_round_begins()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        var theirs = Happenings.Commit(4711);
        harness.GitHub.SetBranch("claude/issue-12", theirs);
        harness.Feedback.Look = new(theirs, IsOpen: true, IsMerged: false, Conflicts: false);
        harness.Feedback.FailedChecks = [new("CI", null, "no")];

        await harness.HearAsync(Happenings.HeadPushed(theirs));
        await harness.HearAsync(Happenings.CheckFailed(theirs));
        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, Attempts.Count: 2 });

        Assert.Equal(theirs, harness.Taken[1].Earlier!.Commit);
        Assert.Equal(Happenings.Commit(2), harness.GitHub.Branches["claude/issue-12"]);
    }

    [Fact]
    public async Task A_late_event_of_a_commit_of_ours_moves_nothing_back()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        harness.Feedback.Look = new(Happenings.Commit(1), IsOpen: true, IsMerged: false, Conflicts: false);

        await harness.HearAsync(Happenings.HeadPushed(Happenings.Commit(500)));

        Assert.Equal(Happenings.Commit(1), (await harness.UntilAsync(id, flow => flow.SeenEvents.Count == 2)).Head);
    }

    [Fact]
    public async Task A_review_that_comes_while_an_attempt_runs_is_answered_after_it()
    {
        var (begun, mayEnd) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var harness = await FlowHarness.StartAsync<IssueToPullRequest>(async task =>
        {
            if (task.Goal == Goal.MendChecks)
            {
                begun.SetResult();
                await mayEnd.Task;
            }

            return Succeed(task);
        });
        var id = await OpenAsync(harness);
        harness.Feedback.FailedChecks = [new("CI", null, "no")];
        harness.Feedback.Review = new("ada", "Shorter, please.", []);

        await harness.HearAsync(Happenings.CheckFailed(Happenings.Commit(1)));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await harness.HearAsync(Happenings.ChangesRequested(5, Happenings.Commit(1)));
        mayEnd.SetResult();
        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, Attempts.Count: 3 });

        Assert.Equal([Goal.ResolveIssue, Goal.MendChecks, Goal.AnswerReview], harness.Taken.Select(task => task.Goal));
    }

    [Fact]
    public async Task A_review_that_comes_while_the_flow_is_paused_waits_for_its_resumption()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        harness.Feedback.Review = new("ada", "Shorter, please.", []);

        await harness.HearAsync(Happenings.Said("/claude pause"));
        await harness.HearAsync(Happenings.ChangesRequested(5, Happenings.Commit(1)));
        await harness.HearAsync(Happenings.Said("/claude status"));
        var paused = await harness.UntilAsync(id, flow => flow.Later.Count == 1);
        Assert.Equal((FlowPhase.NeedsHuman, 1), (paused.Phase, harness.Taken.Count));
        await harness.HearAsync(Happenings.Said("/claude resume"));
        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, Attempts.Count: 2 });

        Assert.Equal(Goal.AnswerReview, harness.Taken[1].Goal);
        Assert.InRange(await LengthOfHistoryAsync(harness, id), 1, 60);
    }

    [Fact]
    public async Task Each_rest_begins_with_a_short_history()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        harness.Feedback.Look = new(Happenings.Commit(1), IsOpen: true, IsMerged: false, Conflicts: false);

        for (var push = 0; push < 30; push++)
            await harness.HearAsync(Happenings.BasePushed());
        await harness.UntilAsync(id, flow => flow.SeenEvents.Count == 31);

        Assert.InRange(await LengthOfHistoryAsync(harness, id), 1, 40);
    }

    /// <summary>Between one execution's end and the next one's first step there is none.</summary>
    private static async Task<int> LengthOfHistoryAsync(FlowHarness harness, string id)
    {
        int length;
        do
            length = (await harness.Client.GetOrchestrationHistoryAsync(id, TestContext.Current.CancellationToken)).Count;
        while (length == 0);
        return length;
    }

    private static async Task<string> OpenAsync(FlowHarness harness)
    {
        var receipt = await harness.HearAsync(Happenings.Labelled());
        await harness.UntilAsync(receipt.FlowId!, flow => flow is { Phase: FlowPhase.Review, BranchesDeleted: 1 });
        return receipt.FlowId!;
    }

    private AttemptResult Succeed(AgentTask task) => new()
    {
        Agent = new AgentId("agent"),
        Outcome = new AttemptOutcome.Succeeded(),
        Commit = Happenings.Commit(Interlocked.Increment(ref _commits)),
    };
}
