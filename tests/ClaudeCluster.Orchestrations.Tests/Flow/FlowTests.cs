using ClaudeCluster.DurableTask;

namespace ClaudeCluster.Orchestrations.Tests;

public sealed class FlowTests
{
    private static readonly CommitId Work = new("1111111111111111111111111111111111111111");

    [Fact]
    public async Task A_labelled_issue_becomes_one_pull_request_and_one_comment_with_its_link()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);

        var flow = await harness.FlowOfAsync(Labelled());

        Assert.Equal(FlowPhase.Review, flow.Phase);
        Assert.Equal("claude/issue-12", Assert.Single(harness.GitHub.Branches).Key);
        var pullRequest = Assert.Single(harness.GitHub.PullRequests);
        Assert.Equal("claude/issue-12", pullRequest.Text.Head);
        var comment = Assert.Single(harness.GitHub.Comments);
        Assert.Contains(flow.PullRequest!.Url, comment.Markdown, StringComparison.Ordinal);
        Assert.Contains("claude:review", harness.GitHub.LabelsOf(flow.IssueRef));
        Assert.DoesNotContain("claude:working", harness.GitHub.LabelsOf(flow.IssueRef));
        Assert.Contains(harness.GitHub.Effects, effect => effect.Contains("claude/wip/12-1-a1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_failed_test_is_told_to_the_next_attempt_which_goes_on_from_the_last_commit()
    {
        await using var harness = await FlowHarness.StartAsync(task => task.Earlier is null
            ? Result(new AttemptOutcome.TestsFailed("sh test.sh", "expected 2, got 3"))
            : Succeed(task));

        var flow = await harness.FlowOfAsync(Labelled());

        Assert.Equal(FlowPhase.Review, flow.Phase);
        var second = harness.Taken[1];
        Assert.Contains("expected 2, got 3", second.Earlier!.Failure, StringComparison.Ordinal);
        Assert.Equal(Work, second.Earlier.Commit);
        Assert.Equal("claude/wip/12-1-a2", second.AttemptBranch);
        Assert.Contains(harness.GitHub.Effects, effect => effect.Contains("claude/wip/12-1-a2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Tests_that_fail_in_every_attempt_ask_a_person_and_open_no_pull_request()
    {
        await using var harness = await FlowHarness.StartAsync(_ => Result(new AttemptOutcome.TestsFailed("sh test.sh", "no")));

        var flow = await harness.FlowOfAsync(Labelled());

        Assert.Equal(FlowPhase.NeedsHuman, flow.Phase);
        Assert.Equal(3, harness.Taken.Count);
        Assert.Contains("sh test.sh", flow.Question, StringComparison.Ordinal);
        Assert.Empty(harness.GitHub.PullRequests);
        Assert.DoesNotContain("claude/issue-12", harness.GitHub.Branches.Keys);
        Assert.Contains("claude:waiting", harness.GitHub.LabelsOf(flow.IssueRef));
    }

    [Fact]
    public async Task A_usage_limit_is_waited_for_and_does_not_count_as_an_attempt()
    {
        var limits = 0;
        await using var harness = await FlowHarness.StartAsync(task => Interlocked.Increment(ref limits) <= 4
            ? Result(new AttemptOutcome.UsageLimited(TimeProvider.System.GetUtcNow().AddMilliseconds(50), "account"))
            : Succeed(task));

        var flow = await harness.FlowOfAsync(Labelled());

        Assert.Equal(FlowPhase.Review, flow.Phase);
        Assert.Equal(5, flow.Attempts.Count);
        Assert.Null(flow.WaitsUntil);
    }

    [Fact]
    public async Task An_agent_that_is_lost_is_followed_by_another_attempt()
    {
        var runs = 0;
        await using var harness = await FlowHarness.StartAsync(task => Interlocked.Increment(ref runs) == 1
            ? Result(new AttemptOutcome.Withdrawn())
            : Succeed(task));

        var flow = await harness.FlowOfAsync(Labelled());

        Assert.Equal(FlowPhase.Review, flow.Phase);
        Assert.IsType<AttemptOutcome.AgentLost>(flow.Attempts[0].Result!.Outcome);
    }

    [Fact]
    public async Task Work_that_changes_nothing_asks_a_person()
    {
        await using var harness = await FlowHarness.StartAsync(_ => Result(new AttemptOutcome.NoChanges()) with { Commit = null });

        var flow = await harness.FlowOfAsync(Labelled());

        Assert.Equal(FlowPhase.NeedsHuman, flow.Phase);
        Assert.Empty(harness.GitHub.PullRequests);
    }

    [Fact]
    public async Task A_branch_that_somebody_else_moved_is_left_alone_and_a_person_is_asked()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var foreign = new CommitId("2222222222222222222222222222222222222222");
        harness.GitHub.SetBranch("claude/issue-12", foreign);

        var flow = await harness.FlowOfAsync(Labelled());

        Assert.Equal(FlowPhase.NeedsHuman, flow.Phase);
        Assert.Equal(foreign, harness.GitHub.Branches["claude/issue-12"]);
        Assert.Empty(harness.GitHub.PullRequests);
    }

    [Fact]
    public async Task Two_labels_in_one_second_are_one_flow()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);

        var receipts = await Task.WhenAll(harness.ReceiveAsync(Labelled("k1")), harness.ReceiveAsync(Labelled("k2")));

        Assert.Equal(FlowPhase.Review, (await harness.FlowAsync("issue-7-12-1")).Phase);
        Assert.All(receipts, receipt => Assert.True(receipt.FlowId is "issue-7-12-1" or null, receipt.ToString()));
        Assert.Single(harness.GitHub.PullRequests);
    }

    [Fact]
    public async Task An_event_older_than_the_end_of_the_last_flow_starts_nothing_and_a_newer_one_starts_the_next_generation()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        await harness.FlowOfAsync(Labelled("first"));

        var late = await harness.ReceiveAsync(Labelled("late"));
        var newer = await harness.FlowOfAsync(Labelled("newer", TimeProvider.System.GetUtcNow().AddMinutes(5)));

        Assert.Null(late.FlowId);
        Assert.Equal("issue-7-12-2", newer.FlowId);
        Assert.Equal("claude/issue-12-2", newer.Branch);
    }

    [Fact]
    public async Task A_sender_without_the_right_starts_nothing()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        harness.GitHub.Roles["ada"] = Role.Triage;

        var receipt = await harness.ReceiveAsync(Labelled());

        Assert.Null(receipt.FlowId);
        Assert.Contains("ada", receipt.Reason, StringComparison.Ordinal);
        Assert.Empty(harness.Taken);
        Assert.Empty(harness.GitHub.Comments);
    }

    [Fact]
    public async Task A_second_claim_of_an_attempt_finds_the_first_owner()
    {
        FlowHarness? harness = null;
        AttemptStatus? seen = null;
        harness = await FlowHarness.StartAsync<IssueToPullRequest>(async task =>
        {
            var client = harness!.Client;
            await client.RaiseAttemptStartedAsync(task.AttemptId, new AttemptStarted(new AgentId("intruder"), "intruder", null));
            while (seen?.Owner is null)
                seen = (await client.GetInstanceAsync(task.AttemptId, getInputsAndOutputs: true))!.ReadCustomStatusAs<AttemptStatus>();
            return Succeed(task);
        });

        var flow = await harness.FlowOfAsync(Labelled());
        await harness.DisposeAsync();

        Assert.Equal("agent", seen!.Owner);
        Assert.Equal(FlowPhase.Review, flow.Phase);
    }

    [Fact]
    public async Task A_flow_of_ones_own_can_put_a_step_before_the_pull_request()
    {
        await using var harness = await FlowHarness.StartAsync<FlowWithReview>(task => Task.FromResult(Succeed(task)));

        var flow = await harness.FlowOfAsync(Labelled());

        Assert.Equal(FlowPhase.NeedsHuman, flow.Phase);
        Assert.Equal("Is this what you want?", flow.Question);
        Assert.Empty(harness.GitHub.PullRequests);
    }

    private sealed class FlowWithReview : IssueToPullRequest
    {
        protected override Task<FlowState> BeforePullRequestAsync(TaskOrchestrationContext context, FlowState flow) =>
            Task.FromResult(flow with { Phase = FlowPhase.NeedsHuman, Question = "Is this what you want?" });
    }

    private static AttemptResult Succeed(AgentTask task) => Result(new AttemptOutcome.Succeeded()) with
    {
        Verified = [new Verification("sh test.sh", 0, TimeSpan.FromSeconds(1), "ok", "policy")],
    };

    private static AttemptResult Result(AttemptOutcome outcome) => new() { Agent = new AgentId("agent"), Outcome = outcome, Commit = Work, Coder = "scripted (no model)" };

    private static IssueEvent Labelled(string key = "k", DateTimeOffset? at = null) => new IssueEvent.Labeled("claude")
    {
        Key = key,
        Repository = new RepositoryRef(7, "octo/repo", "main", IsPublic: false),
        Issue = new IssueSnapshot { Number = 12, Title = "The API answers 500", Body = "It should not.", Labels = ["claude"], Author = "eve", UpdatedAt = at ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) },
        Sender = new Requester("ada", 1, IsBot: false),
    };
}
