using ClaudeCluster.GitHub.Tests.Feedback;

namespace ClaudeCluster.GitHub.Tests.LostEvents;

public sealed class LostReviewsTests
{
    private const string Command = "/claude pause";

    [Theory]
    [InlineData("commented")]
    [InlineData("approved")]
    public async Task A_review_that_is_found_has_the_key_of_the_webhook_that_was_lost(string verdict)
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        kit.LoseDeliveries();

        var given = await kit.Fake.People.ReviewAsync(kit.Repository, pull.Pull, "octo", verdict, Command);
        var told = Assert.IsType<RepositoryEvent.Reviewed>(kit.Told());
        var found = Assert.Single(await ListAsync(kit, pull.Number));

        Assert.Equal((told.Key, told.Sender, pull.Number, Command), (found.Key, found.Sender, found.Number, found.Comment.Text));
        Assert.Equal(new ReviewOfComment(given.Id, verdict, told.Commit), found.Review);
    }

    [Fact]
    public async Task One_that_asks_for_changes_has_the_same_key_where_the_pull_request_says_so()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        kit.LoseDeliveries();

        await pull.ReviewByAsync("octo", "Not yet.");
        var now = await kit.Service.LostEvents.ReadPullRequestAsync(kit.Ref, pull.Number, default);

        Assert.Equal(kit.Told().Key, Assert.Single(now!.Reviews).Event.Key);
        Assert.Empty(await ListAsync(kit, pull.Number));
    }

    [Fact]
    public async Task What_a_bot_wrote_what_was_edited_what_is_older_and_what_stands_elsewhere_is_left_out()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Fake.World.User("helper[bot]", "Bot");
        var pull = await kit.OpenPullRequestAsync();
        await SayAsync("octo", "/claude cancel");
        kit.Clock.Advance(TimeSpan.FromDays(2));
        await SayAsync("helper[bot]", Command);
        await SayAsync("octo", Command);
        pull.Pull.Reviews[^1] = pull.Pull.Reviews[^1] with { Text = "/claude cancel", EditedAt = kit.Clock.GetUtcNow() };
        await SayAsync("ada", Command);

        Assert.Equal("ada", Assert.Single(await ListAsync(kit, pull.Number)).Sender.Login);
        Assert.Empty(await ListAsync(kit, pull.Number + 1));

        Task SayAsync(string login, string text) => kit.Fake.People.ReviewAsync(kit.Repository, pull.Pull, login, "commented", text);
    }

    [Fact]
    public async Task While_no_pull_request_has_changed_a_look_costs_nothing()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.ReviewAsync(kit.Repository, pull.Pull, "octo", "commented", "First.");
        kit.Clock.Advance(TimeSpan.FromMinutes(1));
        await ListAsync(kit, pull.Number);
        kit.Fake.Requests.Clear();

        var same = await ListAsync(kit, pull.Number);
        Assert.Equal([(304, false)], kit.Fake.Requests.All.Select(request => (request.Status, request.IsCounted)));
        await kit.Fake.People.ReviewAsync(kit.Repository, pull.Pull, "octo", "commented", "Second.");
        var more = await ListAsync(kit, pull.Number);

        Assert.Equal(["First."], same.Select(found => found.Comment.Text));
        Assert.Equal(["First.", "Second."], more.Select(found => found.Comment.Text));
    }

    [Fact]
    public async Task Two_reviews_of_one_second_are_both_found()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.ReviewAsync(kit.Repository, pull.Pull, "octo", "commented", "First.");
        await ListAsync(kit, pull.Number);

        await kit.Fake.People.ReviewAsync(kit.Repository, pull.Pull, "octo", "commented", "Second.");

        Assert.Equal(["First.", "Second."], (await ListAsync(kit, pull.Number)).Select(found => found.Comment.Text));
    }

    private static Task<IReadOnlyList<FoundComment>> ListAsync(GitHubKit kit, int number) =>
        kit.Service.LostEvents.ListReviewsAsync(kit.Ref, [number], kit.Clock.GetUtcNow() - TimeSpan.FromDays(1), default);
}
