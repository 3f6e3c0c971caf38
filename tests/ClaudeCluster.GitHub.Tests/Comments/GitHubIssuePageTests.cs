using ClaudeCluster.FakeGitHub;

namespace ClaudeCluster.GitHub.Tests.Comments;

public sealed class GitHubIssuePageTests
{
    private const string Post = "GraphQL WriteIssue";
    private static readonly CommentMarker Marker = new("issue-1-1-1");

    [Fact]
    public async Task Comment_is_posted_once_and_then_edited_by_its_id_in_one_request()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        var id = await kit.Service.PutCommentAsync(issue, Marker, null, "Accepted.", default);
        kit.Fake.Requests.Clear();

        Assert.Equal(id, await kit.Service.PutCommentAsync(issue, Marker, id, "Working.", default));

        Assert.Equal($"Working.\n\n{Marker}", Assert.Single(kit.IssueOf(issue).Comments).Body);
        Assert.Single(kit.Operations);
    }

    [Fact]
    public async Task Comment_is_found_by_its_marker_when_its_id_is_not_known()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        var id = await kit.Service.PutCommentAsync(issue, Marker, null, "Accepted.", default);
        for (var index = 0; index < 250; index++)
            await kit.Fake.People.CommentAsync(kit.Repository, kit.IssueOf(issue), "ann", "Me too.");

        Assert.Equal(id, await kit.Service.PutCommentAsync(issue, Marker, null, "Working.", default));
    }

    [Theory]
    [InlineData(Fault.ResetAfterEffect, 0)]
    [InlineData(Fault.ResetAfterEffect, 2)]
    [InlineData(Fault.BadGatewayAfterEffect, 1)]
    [InlineData(Fault.ResetBeforeEffect, 0)]
    [InlineData(Fault.BadGateway, 0)]
    public async Task Comment_whose_answer_was_lost_is_one(Fault fault, int listLag)
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        kit.Fake.World.ListLag = listLag;
        kit.Fake.Faults.Plan(Post, fault);

        var id = await GitHubKit.PatientlyAsync(() => kit.Service.PutCommentAsync(issue, Marker, null, "Accepted.", default));

        Assert.Single(kit.IssueOf(issue).Comments);
        Assert.Equal(id, await kit.Service.PutCommentAsync(issue, Marker, id, "Working.", default));
    }

    [Fact]
    public async Task Comment_that_a_process_posted_just_before_it_ended_is_one_even_if_lists_lag()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        kit.Fake.World.ListLag = 2;
        var id = await kit.Service.PutCommentAsync(issue, Marker, null, "Accepted.", default);

        await using var next = kit.NewService(new GitHubLogin.PersonalToken(kit.Token.Value));

        Assert.Equal(id, await next.PutCommentAsync(issue, Marker, null, "Accepted.", default));
        Assert.Single(kit.IssueOf(issue).Comments);
    }

    [Fact]
    public async Task Second_comment_that_shows_up_late_is_deleted_by_the_next_update()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        kit.Fake.World.ListLag = 6;
        kit.Fake.Faults.Plan(Post, Fault.ResetAfterEffect);
        var id = await GitHubKit.PatientlyAsync(() => kit.Service.PutCommentAsync(issue, Marker, null, "Accepted.", default));
        Assert.Equal(2, kit.IssueOf(issue).Comments.Count);
        kit.IssueOf(issue).Comments.ForEach(comment => comment.Hidden = 0);

        await kit.Service.PutCommentAsync(issue, Marker, id, "Working.", default);

        Assert.Contains("Working.", Assert.Single(kit.IssueOf(issue).Comments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strangers_comment_with_our_marker_is_neither_edited_nor_deleted()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        var planted = await kit.Fake.People.CommentAsync(kit.Repository, kit.IssueOf(issue), "mallory", $"Done! {Marker}");

        await kit.Service.PutCommentAsync(issue, Marker, null, "Accepted.", default);

        Assert.Equal($"Done! {Marker}", planted.Body);
        Assert.Equal(2, kit.IssueOf(issue).Comments.Count);
    }

    [Fact]
    public async Task Comment_that_somebody_deleted_is_posted_anew()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        var id = await kit.Service.PutCommentAsync(issue, Marker, null, "Accepted.", default);
        kit.IssueOf(issue).Comments.Clear();

        Assert.NotEqual(id, await kit.Service.PutCommentAsync(issue, Marker, id, "Working.", default));
        Assert.Single(kit.IssueOf(issue).Comments);
    }

    [Fact]
    public async Task Comment_longer_than_GitHub_takes_is_cut_and_keeps_its_marker()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();

        await kit.Service.PutCommentAsync(issue, Marker, null, string.Concat(Enumerable.Repeat("🙂", 40_000)), default);

        var body = Assert.Single(kit.IssueOf(issue).Comments).Body;
        Assert.True(body.Length <= 65_536);
        Assert.EndsWith(Marker.ToString(), body, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', body);
    }

    [Fact]
    public async Task Deleted_issue_is_said_to_be_gone()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        kit.IssueOf(issue).IsDeleted = true;

        var error = await Assert.ThrowsAsync<GitHubException.NotFoundOrNoAccess>(() => kit.Service.PutCommentAsync(issue, Marker, null, "x", default));

        Assert.Contains("octo/shop#1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comment_and_labels_change_in_one_request_however_many_labels_the_repository_has()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        foreach (var label in (string[])["bug", "claude:working"])
            await kit.Fake.People.LabelAsync(kit.Repository, kit.IssueOf(issue), label, "ann");
        foreach (var label in Enumerable.Range(0, 120).Select(number => $"area {number}").Append("claude:review"))
            kit.Repository.Labels.Add(new(kit.Fake.World.NewId(), label));
        var id = await kit.Service.PutAsync(issue, Marker, null, "Working.", new(["claude:working"], ["claude:review", "claude:failed"]), default);
        kit.Fake.Requests.Clear();

        await kit.Service.PutAsync(issue, Marker, id, "Ready.", new(["claude:review"], ["claude:working", "claude:failed"]), default);

        Assert.Equal(["bug", "claude:review"], kit.IssueOf(issue).Labels.Select(label => label.Name));
        Assert.Single(kit.Operations);
    }

    [Fact]
    public async Task Label_that_the_repository_does_not_have_is_made()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();

        var id = await kit.Service.PutAsync(issue, Marker, null, "Working.", new(["claude:working"], ["claude:review"]), default);
        await kit.Service.PutAsync(issue, Marker, id, "Ready.", new(["claude:review"], ["claude:working"]), default);

        Assert.Equal(["claude:review"], kit.IssueOf(issue).Labels.Select(label => label.Name));
        Assert.Single(kit.IssueOf(issue).Comments);
    }

    [Fact]
    public async Task Label_that_somebody_deleted_meanwhile_is_made_again()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        kit.Repository.Labels.Add(new(kit.Fake.World.NewId(), "claude:review"));
        var id = await kit.Service.PutAsync(issue, Marker, null, "Working.", new([], ["claude:review"]), default);
        kit.Repository.Labels.Clear();

        await kit.Service.PutAsync(issue, Marker, id, "Ready.", new(["claude:review"], []), default);

        Assert.Equal("claude:review", Assert.Single(kit.IssueOf(issue).Labels).Name);
    }

    [Fact]
    public async Task Only_our_labels_change_and_only_those_that_are_there_are_taken_away()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        await kit.Fake.People.LabelAsync(kit.Repository, kit.IssueOf(issue), "bug", "ann");
        await kit.Fake.People.LabelAsync(kit.Repository, kit.IssueOf(issue), "claude:working", "ann");

        await kit.Service.PutLabelsAsync(issue, new(["claude:review"], ["claude:working", "claude:waiting", "claude:done", "claude:failed"]), default);

        Assert.Equal(["bug", "claude:review"], kit.IssueOf(issue).Labels.Select(label => label.Name));
        Assert.Equal(2, kit.Operations.Count);
    }

    [Fact]
    public async Task Label_that_is_not_there_is_no_error()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();

        await kit.Service.PutLabelsAsync(issue, new([], ["claude: wörk/ing"]), default);

        Assert.Empty(kit.IssueOf(issue).Labels);
    }
}
