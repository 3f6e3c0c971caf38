using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.GitHub.Tests.Feedback;

public sealed class ReactionsTests
{
    private const string React = "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";

    [Theory]
    [InlineData(Reaction.Eyes, "eyes")]
    [InlineData(Reaction.ThumbsUp, "+1")]
    [InlineData(Reaction.Confused, "confused")]
    public async Task Sign_is_set_once_however_often_it_is_asked_for(Reaction reaction, string content)
    {
        await using var kit = await GitHubKit.StartAsync();
        var comment = await CommentAsync(kit);

        foreach (var _ in Enumerable.Range(1, 2))
            await kit.Service.ReactAsync(kit.Ref, Below(comment.Id), reaction, default);

        Assert.Equal([content], comment.Reactions.Select(known => known.Content));
        Assert.Equal([201, 200], kit.Fake.Requests.All.Select(request => request.Status));
    }

    [Fact]
    public async Task Comment_below_a_pull_request_and_at_its_lines_get_theirs()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        var below = await kit.Fake.People.CommentAsync(kit.Repository, pull.Pull, FeedbackKit.Owner, "Hm.");
        await pull.ReviewAsync(null, new Remark("a.cs", 3, "Why?"));

        await kit.Service.ReactAsync(kit.Ref, Below(below.Id), Reaction.Eyes, default);
        await kit.Service.ReactAsync(kit.Ref, Below(pull.Pull.ReviewComments[0].Id) with { IsAtLine = true }, Reaction.Eyes, default);

        Assert.Single(below.Reactions);
        Assert.Single(pull.Pull.ReviewComments[0].Reactions);
    }

    [Fact]
    public async Task Comment_that_is_gone_deleted_issue_and_locked_issue_are_no_errors()
    {
        await using var kit = await GitHubKit.StartAsync();
        var comment = await CommentAsync(kit);

        await kit.Service.ReactAsync(kit.Ref, Below(5), Reaction.Eyes, default);
        kit.Repository.Issues[0].IsLocked = true;
        await kit.Service.ReactAsync(kit.Ref, Below(comment.Id), Reaction.Eyes, default);
        kit.Repository.Issues[0].IsDeleted = true;
        await kit.Service.ReactAsync(kit.Ref, Below(comment.Id), Reaction.Eyes, default);
        await kit.Service.ReactAsync(kit.Ref, new(new("IC_../../x"), IsAtLine: true), Reaction.Eyes, default);

        Assert.Equal([404, 422, 410, 404], kit.Fake.Requests.All.Select(request => request.Status));
        Assert.Empty(comment.Reactions);
    }

    [Fact]
    public async Task Token_that_may_not_is_told_which_permission_is_missing()
    {
        await using var kit = await GitHubKit.StartAsync();
        var comment = await CommentAsync(kit);
        kit.Token.Permissions = new Dictionary<string, string> { ["contents"] = "write" };

        var error = await Assert.ThrowsAsync<GitHubException.Forbidden>(() => kit.Service.ReactAsync(kit.Ref, Below(comment.Id), Reaction.Eyes, default));

        Assert.Equal("issues=write; pull_requests=write", error.MissingPermission);
    }

    [Theory]
    [InlineData(Fault.ResetAfterEffect)]
    [InlineData(Fault.BadGateway)]
    public async Task Sign_whose_answer_was_lost_is_asked_for_again(Fault fault)
    {
        await using var kit = await GitHubKit.StartAsync();
        var comment = await CommentAsync(kit);
        kit.Fake.Faults.Plan(React, fault);

        await kit.Service.ReactAsync(kit.Ref, Below(comment.Id), Reaction.Eyes, default);

        Assert.Single(comment.Reactions);
    }

    private static RemarkRef Below(long id) => new(PullRequestUnderReview.IdOf(id), IsAtLine: false);

    private static async Task<Comment> CommentAsync(GitHubKit kit)
    {
        var issue = await kit.OpenIssueAsync();
        return await kit.Fake.People.CommentAsync(kit.Repository, kit.IssueOf(issue), FeedbackKit.Owner, "/claude status");
    }
}
