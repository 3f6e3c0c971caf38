using ClaudeCluster.GitHub.Tests.Feedback;

namespace ClaudeCluster.GitHub.Tests.LostEvents;

public sealed class PullRequestMarksTests
{
    [Theory]
    [InlineData("review")]
    [InlineData("push")]
    [InlineData("conflict")]
    [InlineData("check")]
    [InlineData("status")]
    [InlineData("merge")]
    public async Task The_mark_is_another_after_what_a_flow_would_have_to_hear_of(string what)
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        var before = await ReadSettledAsync(kit, pull);
        kit.Clock.Advance(TimeSpan.FromMinutes(1));

        await (what switch
        {
            "review" => kit.Fake.People.ReviewAsync(kit.Repository, pull.Pull, "octo", "changes_requested", "Not yet."),
            "push" => kit.Fake.People.PushAsync(kit.Repository, pull.Pull.Head, "more.txt", "More\n", "octo"),
            "conflict" => kit.Fake.People.PushAsync(kit.Repository, "main", "mended.txt", "Otherwise\n", "octo"),
            "check" => kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "test", "not ok"),
            "status" => kit.Fake.People.SetStatusAsync(kit.Repository, pull.Head.Value, "jenkins", "error", "It broke", FeedbackKit.Owner),
            _ => (Task)kit.Fake.People.MergeAsync(kit.Repository, pull.Pull, "octo"),
        });

        Assert.NotEqual(before, await ReadAsync(kit, pull));
    }

    [Fact]
    public async Task While_nothing_happens_it_is_the_same_and_costs_nothing()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.FinishChecksAsync(kit.Repository, pull.Head.Value);
        var before = await ReadSettledAsync(kit, pull);
        kit.Fake.Requests.Clear();

        Assert.Equal(before, await ReadAsync(kit, pull));

        Assert.Equal([(304, false), (304, false), (304, false)], kit.Fake.Requests.All.Select(request => (request.Status, request.IsCounted)));
    }

    [Fact]
    public async Task What_happens_elsewhere_in_the_repository_and_checks_that_may_not_be_read_change_nothing()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        kit.Token.Permissions = new Dictionary<string, string> { ["pull_requests"] = "read" };
        var before = await ReadSettledAsync(kit, pull);

        await kit.Fake.People.OpenIssueAsync(kit.Repository, "ada", "Another", null);
        await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "test", "not ok");

        Assert.Equal(before, await ReadAsync(kit, pull));
    }

    [Fact]
    public async Task One_that_is_gone_has_a_mark_too()
    {
        await using var kit = await GitHubKit.StartAsync();

        Assert.NotEmpty(await kit.Service.LostEvents.ReadMarkAsync(kit.Ref, 77, new(kit.FirstCommit), default));
    }

    /// <summary>Whether it conflicts is computed only once somebody has asked.</summary>
    private static async Task<string> ReadSettledAsync(GitHubKit kit, PullRequestUnderReview pull)
    {
        await ReadAsync(kit, pull);
        return await ReadAsync(kit, pull);
    }

    private static Task<string> ReadAsync(GitHubKit kit, PullRequestUnderReview pull) => kit.Service.LostEvents.ReadMarkAsync(kit.Ref, pull.Number, pull.Head, default);
}
