using ClaudeCluster.FakeGitHub;

namespace ClaudeCluster.GitHub.Tests;

/// <summary>What people do to an issue while its flow is under way.</summary>
public sealed class IssueTests
{
    [Fact]
    public async Task A_deleted_issue_stops_its_work_and_the_flow_ends_with_its_reason()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        await kit.People.DeleteIssueAsync(kit.Repository, issue, FlowKit.Maintainer);
        await kit.UntilPhaseAsync(issue, FlowPhase.Failed);

        Assert.Contains("'octo' closed the issue", (await kit.FlowAsync(issue))!.EndReason, StringComparison.Ordinal);
        await kit.UntilEndedAsync(issue);
        Assert.Empty(kit.Repository.PullRequests);
    }

    [Fact]
    public async Task An_issue_that_is_deleted_unheard_of_ends_as_a_question_that_nobody_can_read_but_the_operator()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        issue.IsDeleted = true;
        kit.Agent.Instead = _ => new AttemptOutcome.NoChanges();
        kit.Agent.Release();
        await FlowKit.UntilAsync(async () => await kit.FlowAsync(issue) is { Phase: FlowPhase.NeedsHuman, PageProblem: not null });

        Assert.Contains("it was deleted or moved", (await kit.FlowAsync(issue))!.PageProblem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_issue_that_was_deleted_before_the_cluster_came_to_it_costs_no_attempt()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Fake.Faults.Plan("GraphQL LookAtIssue", Fault.BadGateway, times: 3);
        var issue = await kit.LabelAsync();
        issue.IsDeleted = true;
        await kit.UntilEndedAsync(issue);

        Assert.Contains("it was deleted or moved", (await kit.FlowAsync(issue))!.EndReason, StringComparison.Ordinal);
        Assert.Empty(kit.Agent.Tasks);
    }

    [Fact]
    public async Task An_issue_that_is_locked_to_the_App_from_the_start_costs_no_attempt_and_the_flow_says_why()
    {
        await using var kit = await FlowKit.StartAsync(asApp: true);
        var issue = await kit.People.OpenIssueAsync(kit.Repository, FlowKit.Maintainer, "It breaks", null);
        issue.IsLocked = true;

        await kit.People.LabelAsync(kit.Repository, issue, "claude", FlowKit.Maintainer);
        await kit.UntilEndedAsync(issue);

        Assert.Contains("issue is locked", (await kit.FlowAsync(issue))!.EndReason, StringComparison.Ordinal);
        Assert.Empty(kit.Agent.Tasks);
        Assert.Empty(issue.Comments);
    }

    [Fact]
    public async Task An_issue_that_is_locked_while_an_agent_works_keeps_its_one_comment_up_to_date()
    {
        await using var kit = await FlowKit.StartAsync(asApp: true);
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        issue.IsLocked = true;
        kit.Agent.Release();
        await kit.UntilStatusAsync(issue, "claude:review");

        Assert.Contains("Ready for review", Assert.Single(issue.Comments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_status_comment_that_a_person_deletes_comes_back_once()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        lock (kit.Fake.World.Gate)
            issue.Comments.Clear();
        kit.Agent.Release();
        await kit.UntilStatusAsync(issue, "claude:review");

        Assert.Contains("Ready for review", Assert.Single(issue.Comments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trigger_label_that_is_taken_away_while_an_agent_works_stops_it_and_says_who_did_it()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        await kit.People.UnlabelAsync(kit.Repository, issue, "claude", "mona");
        await kit.UntilStatusAsync(issue, "claude:failed");

        Assert.Contains("'mona' took the label 'claude' away", kit.CommentOf(issue), StringComparison.Ordinal);
        Assert.Empty(kit.Repository.PullRequests);
    }

    [Fact]
    public async Task A_status_label_that_a_person_takes_away_or_adds_is_right_again_at_the_next_step()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        await kit.People.UnlabelAsync(kit.Repository, issue, "claude:working", "mona");
        await kit.People.LabelAsync(kit.Repository, issue, "claude:done", "mona");
        kit.Agent.Release();

        await kit.UntilStatusAsync(issue, "claude:review");
    }

    [Fact]
    public async Task Two_people_who_set_the_trigger_label_in_the_same_second_get_one_flow()
    {
        await using var kit = await FlowKit.StartAsync();
        var issue = await kit.People.OpenIssueAsync(kit.Repository, FlowKit.Maintainer, "It breaks", null);

        await Task.WhenAll(((string[])[FlowKit.Maintainer, "mona"]).Select(login => kit.People.LabelAsync(kit.Repository, issue, "claude", login)));
        await kit.UntilStatusAsync(issue, "claude:review");
        await kit.UntilEventsAreHandledAsync();

        Assert.Single(kit.Repository.PullRequests);
        Assert.Single(issue.Comments);
        Assert.Single(kit.Agent.Tasks);
        Assert.Null(await kit.FlowAsync(issue, generation: 2));
    }

    [Fact]
    public async Task A_label_that_is_set_again_in_the_second_in_which_its_flow_ended_starts_the_next_one()
    {
        await using var kit = await FlowKit.StartAsync();
        var (issue, pull) = await kit.ReviewedAsync();
        await kit.People.ClosePullRequestAsync(kit.Repository, pull, FlowKit.Maintainer);
        await kit.UntilEndedAsync(issue);

        await kit.People.UnlabelAsync(kit.Repository, issue, "claude", FlowKit.Maintainer);
        await kit.People.LabelAsync(kit.Repository, issue, "claude", FlowKit.Maintainer);
        await kit.UntilPhaseAsync(issue, FlowPhase.Review, generation: 2);

        Assert.Equal(["claude/issue-1", "claude/issue-1-2"], kit.Repository.PullRequests.Select(open => open.Head));
        await kit.UntilStatusAsync(issue, "claude:review");
    }
}
