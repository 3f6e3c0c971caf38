using ClaudeCluster.FakeGitHub;

namespace ClaudeCluster.GitHub.Tests;

/// <summary>What happens to the repository under a flow's feet.</summary>
public sealed class RepositoryTests
{
    [Fact]
    public async Task A_policy_file_with_mistakes_is_told_on_the_issue_with_its_lines_and_the_label_works_when_it_is_mended()
    {
        await using var kit = await FlowKit.StartAsync(policy: "tests: 'true'\nlables:\n  trigger: go\n");
        var issue = await kit.LabelAsync();
        await kit.UntilStatusAsync(issue, "claude:failed");

        var comment = kit.CommentOf(issue);
        Assert.Contains(".github/claude-cluster.yml:2", comment, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'labels'?", comment, StringComparison.Ordinal);
        Assert.Contains("set the label again", comment, StringComparison.Ordinal);
        Assert.Empty(kit.Agent.Tasks);

        await kit.UntilEndedAsync(issue);
        await kit.People.PushAsync(kit.Repository, "main", RepositoryPolicy.Path, "tests: 'true'\n", FlowKit.Maintainer);
        await kit.People.UnlabelAsync(kit.Repository, issue, "claude", FlowKit.Maintainer);
        await kit.People.LabelAsync(kit.Repository, issue, "claude", FlowKit.Maintainer);
        await kit.UntilStatusAsync(issue, "claude:review");
        Assert.Equal("claude/issue-1-2", Assert.Single(kit.Repository.PullRequests).Head);
    }

    [Fact]
    public async Task A_stranger_learns_nothing_of_a_policy_file_with_mistakes()
    {
        await using var kit = await FlowKit.StartAsync(policy: "lables: {}\n");
        var issue = await kit.People.OpenIssueAsync(kit.Repository, "mallory", "Work for me", null);
        await kit.People.LabelAsync(kit.Repository, issue, "claude", "mallory");
        await kit.UntilEventsAreHandledAsync();

        Assert.Empty(issue.Comments);
    }

    [Fact]
    public async Task A_repository_that_goes_to_another_owner_while_an_agent_works_gets_its_pull_request_there()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        kit.Repository.Move(kit.Fake.World.User("acme"), "store");
        kit.Agent.Release();
        await kit.UntilStatusAsync(issue, "claude:review");

        Assert.Contains($"/acme/store/pull/{Assert.Single(kit.Repository.PullRequests).Number}", kit.CommentOf(issue), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_that_goes_where_the_cluster_may_not_see_it_leaves_a_flow_that_says_so()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Token!.Repositories = [kit.Repository.FullName];
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        kit.Repository.Move(kit.Fake.World.User("acme"), "store");
        kit.Agent.Release();
        await kit.UntilPhaseAsync(issue, FlowPhase.NeedsHuman);

        Assert.Contains("the token or App may read the repository", (await kit.FlowAsync(issue))!.Question, StringComparison.Ordinal);
        Assert.Empty(kit.Repository.PullRequests);
    }

    [Fact]
    public async Task A_default_branch_that_is_renamed_is_asked_about_and_the_next_try_takes_its_new_name()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        kit.Repository.RenameDefaultBranch("trunk");
        kit.Agent.Instead = task => task.BaseBranch == "main" ? new AttemptOutcome.HostNotReady("The repository has no branch 'main'.", "See that it is there.") : null;
        kit.Agent.Release();
        await kit.UntilStatusAsync(issue, "claude:waiting");
        Assert.Contains("no branch 'main'", kit.CommentOf(issue), StringComparison.Ordinal);

        await kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, "/claude retry");
        await kit.UntilStatusAsync(issue, "claude:review");
        Assert.Equal("trunk", Assert.Single(kit.Repository.PullRequests).Base);
        Assert.Single(FlowKit.AnswersOn(issue));
    }

    [Fact]
    public async Task A_default_branch_that_is_renamed_just_before_the_pull_request_is_asked_about()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);
        kit.Fake.Faults.Plan("POST /repos/{owner}/{repo}/pulls", Fault.BadGateway, times: 3);
        kit.Agent.Release();
        await kit.UntilAsync(() => kit.Fake.Requests.All.Any(request => request.Operation == "POST /repos/{owner}/{repo}/pulls"));

        kit.Repository.RenameDefaultBranch("trunk");
        await kit.UntilStatusAsync(issue, "claude:waiting");
        Assert.Contains("base", kit.CommentOf(issue), StringComparison.Ordinal);

        await kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, "/claude retry");
        await kit.UntilStatusAsync(issue, "claude:review");
        Assert.Equal("trunk", Assert.Single(kit.Repository.PullRequests).Base);
    }

    [Fact]
    public async Task A_protected_branch_that_the_cluster_may_not_move_is_a_question_to_a_person()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Repository.ProtectedBranches.Add("claude/issue-1");
        var issue = await kit.LabelAsync();
        await kit.UntilStatusAsync(issue, "claude:waiting");
        Assert.Contains("Cannot update this protected ref: refs/heads/claude/issue-1", kit.CommentOf(issue), StringComparison.Ordinal);
        Assert.Contains("/claude retry", kit.CommentOf(issue), StringComparison.Ordinal);

        kit.Repository.ProtectedBranches.Clear();
        await kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, "/claude retry");
        await kit.UntilStatusAsync(issue, "claude:review");
        Assert.Single(kit.Repository.PullRequests);
    }

    [Fact]
    public async Task An_archived_repository_ends_a_new_flow_with_its_reason_and_without_an_attempt()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Repository.IsArchived = true;

        var issue = await kit.LabelAsync();
        await kit.UntilPhaseAsync(issue, FlowPhase.Failed);

        Assert.Contains("archived", (await kit.FlowAsync(issue))!.EndReason, StringComparison.Ordinal);
        Assert.Empty(kit.Agent.Tasks);
        Assert.Empty(issue.Comments);
    }

    [Fact]
    public async Task A_repository_that_is_archived_while_an_agent_works_is_a_question_and_goes_on_when_it_is_opened_again()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        kit.Repository.IsArchived = true;
        kit.Agent.Instead = _ => new AttemptOutcome.HostNotReady("The push was refused: This repository was archived so it is read-only.", "Open it again.");
        kit.Agent.Release();
        await FlowKit.UntilAsync(async () => await kit.FlowAsync(issue) is { Phase: FlowPhase.NeedsHuman, PageProblem: not null });
        Assert.Contains("archived", (await kit.FlowAsync(issue))!.Question, StringComparison.Ordinal);

        (kit.Repository.IsArchived, kit.Agent.Instead) = (false, _ => null);
        await kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, "/claude retry");
        await kit.UntilStatusAsync(issue, "claude:review");
        Assert.Single(kit.Repository.PullRequests);
    }
}
