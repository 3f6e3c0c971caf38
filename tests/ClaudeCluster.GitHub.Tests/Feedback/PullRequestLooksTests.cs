using ClaudeCluster.FakeGitHub;

namespace ClaudeCluster.GitHub.Tests.Feedback;

public sealed class PullRequestLooksTests
{
    [Fact]
    public async Task Whether_it_conflicts_is_unknown_at_first_and_after_each_push()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();

        Assert.Equal(new PullRequestLook(pull.Head, IsOpen: true, IsMerged: false, Conflicts: null), await pull.LookAsync());
        Assert.False((await pull.LookAsync())!.Conflicts);
        await kit.Fake.People.PushAsync(kit.Repository, "main", "mended.txt", "mended otherwise", FeedbackKit.Owner);
        Assert.Null((await pull.LookAsync())!.Conflicts);
        Assert.True((await pull.LookAsync())!.Conflicts);
        Assert.Equal(4, kit.Operations.Count);
    }

    [Fact]
    public async Task Head_is_the_newest_commit_also_after_a_push_by_force()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();

        var forced = await kit.Fake.People.PushAsync(kit.Repository, FeedbackKit.Branch, "other.txt", "x", FeedbackKit.Owner, from: kit.FirstCommit);

        Assert.Equal(forced, (await pull.LookAsync())!.Head.Value);
    }

    [Fact]
    public async Task Merged_one_is_merged_and_not_open()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        var head = pull.Head;

        await kit.Fake.People.MergeAsync(kit.Repository, pull.Pull, FeedbackKit.Owner);

        Assert.Equal(new PullRequestLook(head, IsOpen: false, IsMerged: true, Conflicts: null), await pull.LookAsync());
    }

    [Fact]
    public async Task Closed_one_can_be_opened_again()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();

        await kit.Fake.People.ClosePullRequestAsync(kit.Repository, pull.Pull, FeedbackKit.Owner);
        Assert.Equal((false, false), await pull.LookAsync() is { } closed ? (closed.IsOpen, closed.IsMerged) : default);
        await kit.Fake.People.ReopenPullRequestAsync(kit.Repository, pull.Pull, FeedbackKit.Owner);
        Assert.True((await pull.LookAsync())!.IsOpen);
    }

    [Fact]
    public async Task Number_that_is_none_is_no_error_and_repository_that_is_none_is_one()
    {
        await using var kit = await GitHubKit.StartAsync();

        Assert.Null(await kit.Service.LookAsync(kit.Ref, 77, default));
        await Assert.ThrowsAsync<GitHubException.NotFoundOrNoAccess>(() => kit.Service.LookAsync(kit.Ref with { FullName = "octo/gone" }, 77, default));
    }

    [Fact]
    public async Task Token_that_may_not_look_is_an_error_and_no_missing_pull_request()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        kit.Token.Permissions = new Dictionary<string, string> { ["issues"] = "write" };

        await Assert.ThrowsAsync<GitHubException.Forbidden>(pull.LookAsync);
    }

    [Theory]
    [InlineData(Fault.BadGateway)]
    [InlineData(Fault.ResetAfterEffect)]
    [InlineData(Fault.CutOff)]
    public async Task Lost_answer_is_asked_for_again_or_named(Fault fault)
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        kit.Fake.Faults.Plan("GraphQL LookAtPullRequest", fault);

        if (fault == Fault.CutOff)
            await Assert.ThrowsAsync<GitHubException.Unavailable>(pull.LookAsync);
        Assert.True((await pull.LookAsync())!.IsOpen);
    }
}
