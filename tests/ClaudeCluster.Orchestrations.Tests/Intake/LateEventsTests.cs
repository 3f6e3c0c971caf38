using ClaudeCluster.DurableTask;

namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>Webhooks come in any order, and again after a day: what happened before a flow was asked for is not about it.</summary>
public sealed class LateEventsTests
{
    // After the end of whatever this test ends itself.
    private static readonly DateTimeOffset Asked = Whole(TimeProvider.System.GetUtcNow().AddMinutes(10));

    [Fact]
    public async Task A_label_that_was_taken_away_and_set_again_keeps_the_flow_that_it_started_whichever_is_heard_first()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var first = await OpenAsync(harness, Labelled(Asked.AddMinutes(-30)));
        await harness.HearAsync(Happenings.Said("/claude cancel"));
        await harness.FlowAsync(first);
        var second = await OpenAsync(harness, Labelled(Asked));

        var late = await harness.HearAsync(Unlabelled(Asked.AddSeconds(-1)));
        var again = await harness.HearAsync(Unlabelled(Asked, "claude"));

        Assert.Equal("issue-7-12-2", second);
        Assert.Contains("delivered late", late.Reason, StringComparison.Ordinal);
        Assert.Contains("on the issue again", again.Reason, StringComparison.Ordinal);
        Assert.Equal(FlowPhase.Review, (await harness.UntilAsync(second, _ => true)).Phase);
    }

    [Fact]
    public async Task A_label_that_is_taken_away_in_the_second_in_which_it_was_set_stops_the_flow()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness, Labelled(Asked));

        await harness.HearAsync(Unlabelled(Asked));

        Assert.Equal("Stopped: 'ada' took the label 'claude' away.", (await harness.FlowAsync(id)).EndReason);
    }

    [Fact]
    public async Task What_was_closed_or_cancelled_yesterday_ends_nothing_of_today()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness, Labelled(Asked));

        var closed = await harness.HearAsync(new IssueEvent.Closed { Key = "closed", Repository = Happenings.Repository, Issue = Happenings.Issue with { UpdatedAt = Asked.AddDays(-1), IsOpen = false }, Sender = Happenings.Ada });
        var cancelled = await harness.HearAsync(Cancel(Asked.AddDays(-1)));

        Assert.All([closed, cancelled], receipt => Assert.Contains("delivered late", receipt.Reason, StringComparison.Ordinal));
        Assert.Equal(FlowPhase.Review, (await harness.UntilAsync(id, _ => true)).Phase);
    }

    [Fact]
    public async Task A_label_that_is_set_again_once_the_flow_says_that_it_is_over_starts_the_next_one()
    {
        await using var harness = await FlowHarness.StartAsync<SlowToEnd>(task => Task.FromResult(Succeed(task)));
        var first = await OpenAsync(harness, Labelled(Asked.AddMinutes(-30)));
        await harness.HearAsync(Happenings.Said("/claude cancel"));
        await harness.UntilAsync(first, flow => flow.IsOver);

        var next = harness.HearAsync(Labelled(Asked));
        await harness.Client.RaiseEventAsync(first, "end", "now");

        Assert.Equal("issue-7-12-2", (await next).FlowId);
    }

    [Fact]
    public async Task The_operator_is_never_late_for_that_clock_is_not_GitHubs()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness, Labelled(Asked));

        await harness.ReceiveAsync(new EventDelivery(Cancel(Asked.AddMinutes(-5))) { IsByOperator = true });

        Assert.Equal("'ada' cancelled it.", (await harness.FlowAsync(id)).EndReason);
    }

    [Fact]
    public async Task An_edit_that_comes_late_does_not_replace_a_newer_text()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness, Labelled(Asked));

        await harness.HearAsync(Edited("The second text.", Asked.AddMinutes(2)));
        await harness.HearAsync(Edited("The first text.", Asked.AddMinutes(1)));
        Assert.Equal("The second text.", (await harness.UntilAsync(id, flow => flow.NewerIssue is not null)).NewerIssue!.Body);
        await harness.HearAsync(Edited(Happenings.Issue.Body, Asked.AddMinutes(4)));
        await harness.HearAsync(Edited("The third text, which was taken back.", Asked.AddMinutes(3)));

        Assert.Null((await harness.UntilAsync(id, _ => true)).NewerIssue);
    }

    /// <summary>What everybody sees is written, and what comes after it takes its time.</summary>
    private sealed class SlowToEnd : IssueToPullRequest
    {
        protected override async Task<FlowState> TellAsync(TaskOrchestrationContext context, FlowState flow)
        {
            flow = await base.TellAsync(context, flow);
            if (flow is { IsOver: true, Generation: 1 })
                await context.WaitForExternalEvent<string>("end");
            return flow;
        }
    }

    private static async Task<string> OpenAsync(FlowHarness harness, IssueEvent labelled)
    {
        var receipt = await harness.HearAsync(labelled);
        await harness.UntilAsync(receipt.FlowId!, flow => flow is { Phase: FlowPhase.Review, BranchesDeleted: 1 });
        return receipt.FlowId!;
    }

    private static IssueEvent.Labeled Labelled(DateTimeOffset at) =>
        new("claude") { Key = $"labelled-{at:O}", Repository = Happenings.Repository, Issue = Happenings.Issue with { UpdatedAt = at }, Sender = Happenings.Ada };

    private static IssueEvent.Unlabeled Unlabelled(DateTimeOffset at, params string[] left) =>
        new("claude") { Key = $"unlabelled-{at:O}-{left.Length}", Repository = Happenings.Repository, Issue = Happenings.Issue with { UpdatedAt = at, Labels = left }, Sender = Happenings.Ada };

    private static IssueEvent.Edited Edited(string body, DateTimeOffset at) =>
        new() { Key = $"edited-{at:O}", Repository = Happenings.Repository, Issue = Happenings.Issue with { Body = body, UpdatedAt = at }, Sender = Happenings.Ada };

    private static RepositoryEvent Cancel(DateTimeOffset at) =>
        new RepositoryEvent.Commented("created", Happenings.Issue, new(new CommentId("9"), "/claude cancel", "ada", at, at)) { Key = $"cancel-{at:O}", Repository = Happenings.Repository, Sender = Happenings.Ada };

    private static DateTimeOffset Whole(DateTimeOffset time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    private static AttemptResult Succeed(AgentTask task) => new() { Agent = new AgentId("agent"), Outcome = new AttemptOutcome.Succeeded(), Commit = Happenings.Commit(1) };
}
