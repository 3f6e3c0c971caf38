using ClaudeCluster.FakeGitHub;

namespace ClaudeCluster.GitHub.Tests.PullRequests;

public sealed class GitHubPullRequestsTests
{
    private const string Open = "POST /repos/{owner}/{repo}/pulls";
    private const string Branch = "claude/issue-1";
    private const string Wip = "claude/wip/1-1-a1";

    [Fact]
    public async Task Promotion_makes_a_branch_that_was_not_there()
    {
        await using var kit = await GitHubKit.StartAsync();
        var commit = Attempt(kit, Wip);

        Assert.Equal(commit, await kit.Service.PromoteAsync(kit.Ref, new(Branch, null, commit, Wip), default));

        Assert.Equal(commit.Value, kit.Repository.Git.Find($"refs/heads/{Branch}"));
    }

    [Fact]
    public async Task Promotion_that_happened_already_is_done()
    {
        await using var kit = await GitHubKit.StartAsync();
        var promotion = new Promotion(Branch, null, Attempt(kit, Wip), Wip);
        await kit.Service.PromoteAsync(kit.Ref, promotion, default);

        Assert.Equal(promotion.After, await kit.Service.PromoteAsync(kit.Ref, promotion, default));
    }

    [Theory]
    [InlineData(Fault.ResetAfterEffect)]
    [InlineData(Fault.BadGatewayAfterEffect)]
    [InlineData(Fault.ResetBeforeEffect)]
    [InlineData(Fault.ServerError)]
    public async Task Promotion_whose_answer_was_lost_is_done_once(Fault fault)
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Fake.Faults.Plan("GraphQL MoveBranches", fault);
        var commit = Attempt(kit, Wip);

        Assert.Equal(commit, await kit.Service.PromoteAsync(kit.Ref, new(Branch, null, commit, Wip), default));
    }

    [Fact]
    public async Task Commit_that_GitHub_has_not_heard_of_yet_is_waited_for_and_a_protected_branch_is_not()
    {
        await using var kit = await GitHubKit.StartAsync();
        var commit = Attempt(kit, Wip);
        kit.Fake.World.CommitLag = 3;
        Assert.Equal(commit, await kit.Service.PromoteAsync(kit.Ref, new(Branch, null, commit, Wip), default));
        kit.Repository.ProtectedBranches.Add("claude/issue-2");
        kit.Fake.Requests.Clear();

        await Assert.ThrowsAsync<GitHubException.Validation>(() => kit.Service.PromoteAsync(kit.Ref, new("claude/issue-2", null, commit, Wip), default));

        Assert.Single(kit.Operations, operation => operation == "GraphQL MoveBranches");
    }

    [Fact]
    public async Task Branch_that_somebody_else_moved_is_left_alone()
    {
        await using var kit = await GitHubKit.StartAsync();
        var (first, second) = (Attempt(kit, Wip), Attempt(kit, "claude/wip/1-1-a2"));
        kit.Repository.Git.Branch(Branch, first.Value);
        var theirs = kit.Repository.Git.Commit(Branch, "theirs.txt", "by hand");

        await Assert.ThrowsAsync<BranchMovedException>(() => kit.Service.PromoteAsync(kit.Ref, new(Branch, first, second, Wip), default));

        Assert.Equal(theirs, kit.Repository.Git.Find($"refs/heads/{Branch}"));
    }

    [Fact]
    public async Task Branch_that_somebody_deleted_is_not_made_again()
    {
        await using var kit = await GitHubKit.StartAsync();
        var (first, second) = (Attempt(kit, Wip), Attempt(kit, "claude/wip/1-1-a2"));

        await Assert.ThrowsAsync<BranchMovedException>(() => kit.Service.PromoteAsync(kit.Ref, new(Branch, first, second, Wip), default));
    }

    [Fact]
    public async Task Promotion_may_go_to_a_commit_that_does_not_follow()
    {
        await using var kit = await GitHubKit.StartAsync();
        var first = Attempt(kit, Wip);
        kit.Repository.Git.Branch(Branch, first.Value);
        kit.Repository.Git.Commit("main", "other.txt", "main went on");
        var rebased = Attempt(kit, "claude/wip/1-1-a2", from: kit.Repository.Git.Find("refs/heads/main"));

        Assert.Equal(rebased, await kit.Service.PromoteAsync(kit.Ref, new(Branch, first, rebased, "claude/wip/1-1-a2"), default));
    }

    [Fact]
    public async Task Protected_branch_is_named_as_what_forbids_the_move()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Repository.ProtectedBranches.Add(Branch);

        var error = await Assert.ThrowsAsync<GitHubException.Validation>(() => kit.Service.PromoteAsync(kit.Ref, new(Branch, null, Attempt(kit, Wip), Wip), default));

        Assert.Contains("protected ref", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_request_is_opened_as_the_text_says()
    {
        await using var kit = await GitHubKit.StartAsync();
        Promoted(kit);

        var opened = await kit.Service.OpenAsync(kit.Ref, Text(isDraft: true), default);

        var pull = Assert.Single(kit.Repository.PullRequests);
        Assert.Equal((pull.Number, Branch, "main", true), (opened.Number, pull.Head, pull.Base, pull.IsDraft));
        Assert.Equal($"{kit.Fake.Url}octo/shop/pull/{pull.Number}", opened.Url);
        Assert.Equal([Open], kit.Operations);
    }

    [Theory]
    [InlineData(Fault.ResetAfterEffect)]
    [InlineData(Fault.BadGatewayAfterEffect)]
    [InlineData(Fault.ResetBeforeEffect)]
    [InlineData(Fault.BadGateway)]
    public async Task Pull_request_whose_answer_was_lost_is_one(Fault fault)
    {
        await using var kit = await GitHubKit.StartAsync();
        Promoted(kit);
        kit.Fake.Faults.Plan(Open, fault);

        var opened = await kit.Service.OpenAsync(kit.Ref, Text(), default);

        Assert.Equal(Assert.Single(kit.Repository.PullRequests).Number, opened.Number);
    }

    [Fact]
    public async Task Open_pull_request_of_the_head_is_adopted_even_if_the_list_is_stale()
    {
        await using var kit = await GitHubKit.StartAsync();
        Promoted(kit);
        kit.Fake.World.ListLag = 2;
        var first = await kit.Service.OpenAsync(kit.Ref, Text(), default);

        Assert.Equal(first, await kit.Service.OpenAsync(kit.Ref, Text(), default));
    }

    [Fact]
    public async Task Branch_that_GitHub_has_not_heard_of_yet_is_asked_for_again()
    {
        await using var kit = await GitHubKit.StartAsync();
        Promoted(kit);
        kit.Fake.World.BranchLag = 3;

        await kit.Service.OpenAsync(kit.Ref, Text(), default);

        Assert.Single(kit.Repository.PullRequests);
    }

    [Fact]
    public async Task Branch_that_never_comes_is_an_error_and_no_endless_wait()
    {
        await using var kit = await GitHubKit.StartAsync();

        var error = await Assert.ThrowsAsync<GitHubException.Validation>(() => kit.Service.OpenAsync(kit.Ref, Text(), default));

        Assert.Equal(("head", "invalid"), (error.Fields[0].Field, error.Fields[0].Code));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    [InlineData(5, 2)]
    public async Task Attempts_branches_go_all_at_once_and_those_that_are_gone_do_not_matter(int missing, int requests)
    {
        await using var kit = await GitHubKit.StartAsync();
        var branches = Enumerable.Range(1, 5).Select(number => $"claude/wip/1-1-a{number}").ToList();
        foreach (var branch in branches.Skip(missing))
            Attempt(kit, branch);
        await kit.Service.ReadAsync(kit.Ref, "README.md", default);
        kit.Fake.Requests.Clear();

        await kit.Service.DeleteBranchesAsync(kit.Ref, branches, default);

        Assert.Equal(requests, kit.Operations.Count);
        await kit.Service.DeleteBranchesAsync(kit.Ref, branches, default);
        Assert.All(branches, branch => Assert.Null(kit.Repository.Git.Find($"refs/heads/{branch}")));
    }

    private static PullRequestText Text(bool isDraft = false) => new("Mend it", "Closes #1", Branch, "main", isDraft);

    private static void Promoted(GitHubKit kit) => kit.Repository.Git.Branch(Branch, Attempt(kit, Wip).Value);

    private static CommitId Attempt(GitHubKit kit, string branch, string? from = null)
    {
        kit.Repository.Git.Branch(branch, from ?? kit.FirstCommit);
        return new(kit.Repository.Git.Commit(branch, "mended.txt", branch));
    }
}
