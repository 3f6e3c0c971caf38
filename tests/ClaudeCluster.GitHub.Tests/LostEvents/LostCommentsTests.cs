using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.GitHub.Tests.Feedback;

namespace ClaudeCluster.GitHub.Tests.LostEvents;

public sealed class LostCommentsTests
{
    private const string Command = "/claude retry";

    [Fact]
    public async Task A_comment_that_is_found_has_the_key_of_the_webhook_that_was_lost()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.Fake.People.OpenIssueAsync(kit.Repository, "ada", "It breaks", "When I press it.");
        kit.LoseDeliveries();

        await kit.Fake.People.CommentAsync(kit.Repository, issue, "octo", Command);
        var told = kit.Told();
        await kit.Fake.People.EditIssueAsync(kit.Repository, issue, "Otherwise", "When I press it twice.", "ada");
        await kit.Fake.People.LabelAsync(kit.Repository, issue, "later", "octo");
        kit.Clock.Advance(TimeSpan.FromHours(1));
        var found = Assert.Single(await ListAsync(kit));

        Assert.Equal(told.Key, found.Key);
        Assert.Equal((issue.Number, told.Sender, null), (found.Number, found.Sender, found.Line));
        Assert.Equal(Assert.IsType<RepositoryEvent.Commented>(told).Comment, found.Comment);
    }

    [Fact]
    public async Task So_has_one_below_a_pull_request_and_one_at_a_line_of_it()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        kit.LoseDeliveries();

        await kit.Fake.People.CommentAsync(kit.Repository, pull.Pull, "octo", Command);
        var below = (Told: kit.Told(), Found: Assert.Single(await ListAsync(kit)));
        await pull.ReviewByAsync("octo", null, new Remark("a.cs", 3, "Hm."));
        await pull.ReviewByAsync("octo", null, new Remark("a.cs", 3, Command, pull.Pull.ReviewComments[0]));
        var atLine = (Told: Assert.IsType<RepositoryEvent.ReviewCommented>(kit.Told()), Found: (await ListAsync(kit, atLines: true))[0]);

        Assert.Equal((below.Told.Key, pull.Number), (below.Found.Key, below.Found.Number));
        Assert.Equal((atLine.Told.Key, pull.Number, atLine.Told.Comment), (atLine.Found.Key, atLine.Found.Number, atLine.Found.Comment));
        Assert.Equal(new LineOfComment(atLine.Told.Path, atLine.Told.InReplyTo), atLine.Found.Line);
        Assert.NotNull(atLine.Found.Line!.InReplyTo);
    }

    [Fact]
    public async Task What_a_bot_wrote_what_was_edited_and_what_is_older_is_left_out()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Fake.World.User("helper[bot]", "Bot");
        var issue = await kit.Fake.People.OpenIssueAsync(kit.Repository, "ada", "It breaks", null);
        await kit.Fake.People.CommentAsync(kit.Repository, issue, "octo", "/claude cancel");
        kit.Clock.Advance(TimeSpan.FromHours(1));
        var since = kit.Clock.GetUtcNow() - TimeSpan.FromMinutes(1);
        await kit.Fake.People.CommentAsync(kit.Repository, issue, "helper[bot]", Command);
        var edited = await kit.Fake.People.CommentAsync(kit.Repository, issue, "octo", "Hm.");
        await kit.Fake.People.CommentAsync(kit.Repository, issue, "ada", Command);
        kit.Clock.Advance(TimeSpan.FromSeconds(2));
        await kit.Fake.People.EditCommentAsync(kit.Repository, issue, edited, Command, "mallory");

        var found = await kit.Service.LostEvents.ListCommentsAsync(kit.Ref, atLines: false, since, default);

        Assert.Equal("ada", Assert.Single(found).Sender.Login);
    }

    [Fact]
    public async Task A_list_in_which_nothing_has_changed_costs_nothing()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.Fake.People.OpenIssueAsync(kit.Repository, "ada", "It breaks", null);
        await kit.Fake.People.CommentAsync(kit.Repository, issue, "octo", Command);
        kit.Fake.Requests.Clear();

        var first = await ListAsync(kit);
        var second = await ListAsync(kit);
        await kit.Fake.People.CommentAsync(kit.Repository, issue, "octo", "/claude status");
        var third = await ListAsync(kit);

        Assert.Equal(first, second);
        Assert.Equal(["/claude status", Command], third.Select(found => found.Comment.Text));
        Assert.Equal([(200, true), (304, false), (200, true)], kit.Fake.Requests.All.Select(request => (request.Status, request.IsCounted)));
    }

    [Fact]
    public async Task Pages_are_read_only_as_far_back_as_somebody_wants_to_know()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.Fake.People.OpenIssueAsync(kit.Repository, "ada", "It breaks", null);
        for (var number = 0; number < 90; number++)
        {
            if (number == 45)
                kit.Clock.Advance(TimeSpan.FromHours(1));
            await kit.Fake.People.CommentAsync(kit.Repository, issue, "octo", Command);
        }

        kit.Fake.Requests.Clear();
        var found = await kit.Service.LostEvents.ListCommentsAsync(kit.Ref, atLines: false, kit.Clock.GetUtcNow() - TimeSpan.FromMinutes(30), default);

        Assert.Equal(45, found.Count);
        Assert.Equal(2, kit.Fake.Requests.All.Count);
    }

    [Theory]
    [InlineData("/claude retry\u202e\u0000\u2028 on <!-- x --> ${{ secrets.A }} \ud83d\ude00")]
    [InlineData("")]
    [InlineData("https://api.github.com/repos/octo/shop/issues/99")]
    public async Task Whatever_stands_in_it_is_its_text_and_no_more(string text)
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.Fake.People.OpenIssueAsync(kit.Repository, "ada", "It breaks", null);
        await kit.Fake.People.CommentAsync(kit.Repository, issue, "octo", text);

        var found = Assert.Single(await ListAsync(kit));

        Assert.Equal((issue.Number, text), (found.Number, found.Comment.Text));
    }

    [Fact]
    public async Task The_text_that_somebody_had_before_them_is_known_unless_another_has_changed_it_since()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.Fake.People.OpenIssueAsync(kit.Repository, "ada", "It breaks", "When I press it.");
        await kit.Fake.People.EditIssueAsync(kit.Repository, issue, "It breaks", "When I press it twice.", "ada");
        kit.Clock.Advance(TimeSpan.FromMinutes(1));
        var (at, octo) = (kit.Clock.GetUtcNow(), new Requester("octo", 1, IsBot: false));

        var seen = await kit.Service.LostEvents.ReadTextAsync(kit.Ref, issue.Number, at, octo, default);
        kit.Clock.Advance(TimeSpan.FromMinutes(1));
        await kit.Fake.People.EditIssueAsync(kit.Repository, issue, "It breaks", "Delete everything.", "ada");
        var changed = await kit.Service.LostEvents.ReadTextAsync(kit.Ref, issue.Number, at, octo, default);
        var gone = await kit.Service.LostEvents.ReadTextAsync(kit.Ref, 77, at, octo, default);

        Assert.Equal(("When I press it twice.", at), (seen!.Body, seen.UpdatedAt));
        Assert.Null(changed);
        Assert.Null(gone);
    }

    private static Task<IReadOnlyList<FoundComment>> ListAsync(GitHubKit kit, bool atLines = false) =>
        kit.Service.LostEvents.ListCommentsAsync(kit.Ref, atLines, kit.Clock.GetUtcNow() - TimeSpan.FromDays(1), default);
}
