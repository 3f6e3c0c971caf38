namespace ClaudeCluster.GitHub.Tests;

/// <summary>What people do to a flow's pull request and its branch.</summary>
public sealed class PullRequestTests
{
    [Fact]
    public async Task A_branch_that_somebody_pushed_to_by_force_is_gone_on_from_and_not_written_over()
    {
        await using var kit = await FlowKit.StartAsync();
        var (issue, pull) = await kit.ReviewedAsync();

        var theirs = await kit.People.PushAsync(kit.Repository, pull.Head, "theirs.txt", "By hand\n", "mona", from: kit.Repository.Git.Find("refs/heads/main"));
        await kit.UntilEventsAreHandledAsync();
        await kit.People.CommentAsync(kit.Repository, pull, FlowKit.Maintainer, "/claude and now the rest");
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 2);
        await kit.UntilStatusAsync(issue, "claude:review");

        Assert.Equal(theirs, kit.Agent.Tasks[1].Earlier?.Commit?.Value);
        Assert.True(kit.Repository.Git.IsAncestor(theirs, kit.Repository.Git.Find($"refs/heads/{pull.Head}")!));
    }

    [Fact]
    public async Task A_branch_that_somebody_moved_while_an_agent_worked_is_left_alone_and_asked_about()
    {
        await using var kit = await FlowKit.StartAsync();
        var (issue, pull) = await kit.ReviewedAsync();
        kit.Agent.Hold();
        await kit.People.CommentAsync(kit.Repository, pull, FlowKit.Maintainer, "/claude more of it");
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 2);

        var theirs = await kit.People.PushAsync(kit.Repository, pull.Head, "theirs.txt", "By hand\n", "mona");
        kit.Agent.Release();
        await kit.UntilStatusAsync(issue, "claude:waiting");
        Assert.Contains($"stands at {theirs}: somebody else moved it", kit.CommentOf(issue), StringComparison.Ordinal);
        Assert.Equal(theirs, kit.Repository.Git.Find($"refs/heads/{pull.Head}"));

        await kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, "/claude retry");
        await kit.UntilStatusAsync(issue, "claude:review");
        Assert.True(kit.Repository.Git.IsAncestor(theirs, kit.Repository.Git.Find($"refs/heads/{pull.Head}")!));
    }

    [Fact]
    public async Task A_pull_request_that_is_closed_and_opened_again_has_ended_its_flow_and_the_issue_says_so()
    {
        await using var kit = await FlowKit.StartAsync();
        var (issue, pull) = await kit.ReviewedAsync();

        await kit.People.ClosePullRequestAsync(kit.Repository, pull, "mona");
        await kit.UntilStatusAsync(issue, "claude:failed");
        await kit.People.ReopenPullRequestAsync(kit.Repository, pull, "mona");
        await kit.UntilEventsAreHandledAsync();

        Assert.Contains("Ended without a merge", kit.CommentOf(issue), StringComparison.Ordinal);
        Assert.Contains("'mona' closed the pull request without a merge", kit.CommentOf(issue), StringComparison.Ordinal);
        Assert.NotNull(kit.Repository.Git.Find($"refs/heads/{pull.Head}"));
    }

    [Fact]
    public async Task A_pull_request_branch_that_somebody_deleted_is_asked_about()
    {
        await using var kit = await FlowKit.StartAsync();
        var (issue, pull) = await kit.ReviewedAsync();

        kit.Repository.Git.TryUpdate($"delete refs/heads/{pull.Head}\n", out _);
        await kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, "/claude more of it");
        await kit.UntilStatusAsync(issue, "claude:waiting");

        Assert.Contains("What a person must decide", kit.CommentOf(issue), StringComparison.Ordinal);
        Assert.Null(kit.Repository.Git.Find($"refs/heads/{pull.Head}"));
    }
}
