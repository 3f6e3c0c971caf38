namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>People steer a flow by comments: each command is taken in, done and answered.</summary>
public sealed class CommandTests
{
    private readonly TaskCompletionSource _mayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _commits;

    [Fact]
    public async Task A_command_gets_a_sign_when_it_is_taken_in_and_an_answer_when_it_is_done()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        var command = (RepositoryEvent.Commented)Happenings.Said("/claude status");

        var receipt = await harness.HearAsync(command);

        Assert.Equal(id, receipt.FlowId);
        Assert.Contains($"Eyes at comment {command.Comment.Id}", harness.Feedback.Effects);
        var answer = await AnswerAsync(harness);
        Assert.Contains("@ada: Its pull request waits for review", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_start_work_steers_none()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);

        var receipt = await harness.HearAsync(Happenings.Said("/claude cancel", by: "eve"));

        Assert.Null(receipt.FlowId);
        Assert.Equal(FlowPhase.Review, (await harness.UntilAsync(id, _ => true)).Phase);
        Assert.Empty(harness.Feedback.Effects);
    }

    [Fact]
    public async Task Guidance_at_rest_sends_the_flow_back_to_work_on_its_pull_request()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);

        await harness.HearAsync(Happenings.SaidOnPullRequest(101, "/claude please add a test"));
        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, Attempts.Count: 2 });

        Assert.Equal((Goal.FollowGuidance, Happenings.Commit(1)), (harness.Taken[1].Goal, harness.Taken[1].Earlier!.Commit));
        Assert.Equal(["please add a test"], harness.Taken[1].Guidance);
        Assert.Contains(harness.GitHub.Comments, comment => comment.Issue.Number == 101 && comment.Markdown.Contains("back to work", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_paused_flow_stops_its_attempt_and_goes_on_when_it_is_let()
    {
        await using var harness = await StartHangingOnceAsync();
        var id = await BeginAsync(harness);

        await harness.HearAsync(Happenings.Said("/claude pause"));
        var paused = await harness.UntilAsync(id, flow => flow.Phase == FlowPhase.NeedsHuman);
        Assert.Contains("'ada' paused it", paused.Question, StringComparison.Ordinal);
        await harness.HearAsync(Happenings.Said("/claude resume"));
        var flow = await harness.UntilAsync(id, flow => flow.Phase == FlowPhase.Review);

        Assert.Equal(2, flow.Attempts.Count);
        Assert.IsType<AttemptOutcome.Cancelled>(flow.Attempts[0].Result!.Outcome);
        _mayEnd.SetResult();
    }

    [Fact]
    public async Task A_retry_on_another_specialty_ends_the_attempt_at_hand()
    {
        await using var harness = await StartHangingOnceAsync();
        var id = await BeginAsync(harness);

        await harness.HearAsync(Happenings.Said("/claude retry on frontend"));
        var flow = await harness.UntilAsync(id, flow => flow.Phase == FlowPhase.Review);

        Assert.Equal("frontend", harness.Taken[1].Specialty.Value);
        Assert.Contains("'ada' asked for another try on frontend", flow.Routing!.Reasons);
        _mayEnd.SetResult();
    }

    [Fact]
    public async Task A_specialty_that_is_none_is_told_with_those_that_are()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        await OpenAsync(harness);

        await harness.HearAsync(Happenings.Said("/claude retry on cooking"));

        Assert.Contains("There are: backend, frontend", await AnswerAsync(harness), StringComparison.Ordinal);
        Assert.Single(harness.Taken);
    }

    [Fact]
    public async Task A_cancelled_flow_ends_and_leaves_its_pull_request_to_people()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);

        await harness.HearAsync(Happenings.Said("/claude cancel"));

        Assert.Equal("'ada' cancelled it.", (await harness.FlowAsync(id)).EndReason);
        Assert.Contains("#101 stays open", await AnswerAsync(harness), StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_the_end_a_retry_opens_the_next_generation()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        await harness.HearAsync(Happenings.Said("/claude cancel"));
        await harness.FlowAsync(id);

        var receipt = await harness.HearAsync(Happenings.Said("/claude retry"));

        Assert.True(receipt.Started, receipt.Reason);
        Assert.Equal("issue-7-12-2", receipt.FlowId);
        await harness.UntilAsync("issue-7-12-2", flow => flow.PullRequest?.Head == "claude/issue-12-2");
    }

    [Fact]
    public async Task A_budget_that_was_used_up_can_be_raised()
    {
        await using var harness = await FlowHarness.StartAsync(task => task.Limits.Usd < 10 ? Result(new AttemptOutcome.BudgetExhausted(task.Limits.Usd)) : Succeed(task));
        var receipt = await harness.HearAsync(Happenings.Labelled());
        var asked = await harness.UntilAsync(receipt.FlowId!, flow => flow.Phase == FlowPhase.NeedsHuman && harness.GitHub.Comments is [{ Markdown: var shown }] && shown.Contains("/claude budget 10", StringComparison.Ordinal));
        Assert.NotNull(asked.Question);

        await harness.HearAsync(Happenings.Said("/claude budget 12"));

        Assert.Equal(12, (await harness.UntilAsync(receipt.FlowId!, flow => flow.Phase == FlowPhase.Review)).Policy.Limits.Usd);
    }

    [Fact]
    public async Task A_change_that_breaks_the_rules_can_be_let_through_by_a_person()
    {
        await using var harness = await FlowHarness.StartAsync(task => Result(new AttemptOutcome.PolicyRejected(["too many files"])) with { Commit = Happenings.Commit(1) });
        var receipt = await harness.HearAsync(Happenings.Labelled());
        await harness.UntilAsync(receipt.FlowId!, flow => flow.Phase == FlowPhase.NeedsHuman);

        await harness.HearAsync(Happenings.Said("/claude approve"));
        await harness.UntilAsync(receipt.FlowId!, flow => flow.Phase == FlowPhase.Review);

        var text = Assert.Single(harness.GitHub.PullRequests).Text.Body;
        Assert.Contains("`ada` let this through", text, StringComparison.Ordinal);
        Assert.Contains("too many files", text, StringComparison.Ordinal);
        Assert.Single(harness.Taken);
    }

    [Fact]
    public async Task A_policy_that_wants_approval_lets_nothing_begin_before_it()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        harness.GitHub.Files[RepositoryPolicy.Path] = new("access: { approval: true }", new CommitId(new string('e', 40)));
        var receipt = await harness.HearAsync(Happenings.Labelled());
        var asked = await harness.UntilAsync(receipt.FlowId!, flow => flow.Phase == FlowPhase.NeedsHuman);
        Assert.Contains("digest", asked.Question, StringComparison.Ordinal);
        Assert.Empty(harness.Taken);

        await harness.HearAsync(Happenings.Edited("Rather delete everything."));
        await harness.HearAsync(Happenings.Said("/claude approve"));
        await harness.UntilAsync(receipt.FlowId!, flow => flow.Phase == FlowPhase.Review);

        Assert.Equal("It should not.", Assert.Single(harness.Taken).Issue.Body);
    }

    [Fact]
    public async Task What_was_not_approved_never_begins()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        harness.GitHub.Files[RepositoryPolicy.Path] = new("access: { approval: true }", new CommitId(new string('e', 40)));
        var receipt = await harness.HearAsync(Happenings.Labelled());

        await harness.HearAsync(Happenings.Said("/claude reject not now"));

        Assert.Equal("'ada' rejected it: not now", (await harness.FlowAsync(receipt.FlowId!)).EndReason);
        Assert.Empty(harness.Taken);
    }

    [Fact]
    public async Task An_edit_is_told_on_the_issue_and_taken_by_a_retry()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);

        await harness.HearAsync(Happenings.Edited("It should answer 404."));
        Assert.Contains("takes the new one", harness.GitHub.Comments[0].Markdown, StringComparison.Ordinal);
        await harness.HearAsync(Happenings.Edited("An outsider's words.", by: "eve"));
        await harness.HearAsync(Happenings.Said("/claude retry", issue: Happenings.Issue with { Body = "It should answer 404." }));
        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, Attempts.Count: 2 });

        Assert.Equal("It should answer 404.", harness.Taken[1].Issue.Body);
        Assert.DoesNotContain("takes the new one", harness.GitHub.Comments[0].Markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_given_once_and_the_second_slip_gets_one_line()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        await OpenAsync(harness);

        await harness.HearAsync(Happenings.Said("/claude stauts"));
        Assert.Contains("| `/claude pause`", await AnswerAsync(harness), StringComparison.Ordinal);
        await harness.HearAsync(Happenings.Said("/claude explian"));

        await WaitForCommentsAsync(harness, 3);
        Assert.DoesNotContain("| `/claude pause`", harness.GitHub.Comments[^1].Markdown, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'explain'?", harness.GitHub.Comments[^1].Markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_operator_steers_without_a_comment()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        var said = new RepositoryEvent.Commented("created", Happenings.Issue, new(new CommentId(""), "/claude cancel", "operator", TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow()))
        {
            Key = "by-the-operator",
            Repository = Happenings.Repository,
            Sender = new Requester("operator", 0, IsBot: false),
        };

        await harness.ReceiveAsync(new EventDelivery(said) { IsByOperator = true });

        Assert.Equal("'operator' cancelled it.", (await harness.FlowAsync(id)).EndReason);
        Assert.Single(harness.GitHub.Comments);
        Assert.Empty(harness.Feedback.Effects);
    }

    private static async Task<string> OpenAsync(FlowHarness harness)
    {
        var id = await BeginAsync(harness);
        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, PullRequest: not null });
        return id;
    }

    private static async Task<string> BeginAsync(FlowHarness harness)
    {
        var receipt = await harness.HearAsync(Happenings.Labelled());
        await harness.UntilAsync(receipt.FlowId!, _ => harness.Taken.Count > 0);
        return receipt.FlowId!;
    }

    private static async Task<string> AnswerAsync(FlowHarness harness)
    {
        await WaitForCommentsAsync(harness, 2);
        return harness.GitHub.Comments[^1].Markdown;
    }

    private static async Task WaitForCommentsAsync(FlowHarness harness, int count)
    {
        for (var looks = 0; harness.GitHub.Comments.Count < count && looks < 6000; looks++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(count, harness.GitHub.Comments.Count);
    }

    private Task<FlowHarness> StartHangingOnceAsync() => FlowHarness.StartAsync<IssueToPullRequest>(async task =>
    {
        if (task.AttemptId.EndsWith("-a1", StringComparison.Ordinal))
            await _mayEnd.Task;
        return Succeed(task);
    });

    private AttemptResult Succeed(AgentTask task) => Result(new AttemptOutcome.Succeeded()) with { Commit = Happenings.Commit(Interlocked.Increment(ref _commits)) };

    private static AttemptResult Result(AttemptOutcome outcome) => new() { Agent = new AgentId("agent"), Outcome = outcome };
}
