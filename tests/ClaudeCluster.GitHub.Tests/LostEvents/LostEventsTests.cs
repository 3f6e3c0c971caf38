using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.GitHub.Tests.Feedback;

namespace ClaudeCluster.GitHub.Tests.LostEvents;

public sealed class LostEventsTests
{
    private const string Label = "claude";

    [Fact]
    public async Task Who_set_a_label_is_told_as_the_webhook_would_have_told_it()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await LabelledAsync(kit, "octo");

        var found = await kit.Service.LostEvents.ReadLabellingAsync(kit.Ref, issue.Number, Label, default);
        var again = await kit.Service.LostEvents.ReadLabellingAsync(kit.Ref, issue.Number, Label, default);

        Assert.Null(found.Doubt);
        Assert.Equal(("octo", false, Label), (found.Event!.Sender.Login, found.Event.Sender.IsBot, found.Event.Label));
        Assert.Equal(("It breaks", "When I press it.", "ada", true), (found.Event.Issue.Title, found.Event.Issue.Body, found.Event.Issue.Author, found.Event.Issue.IsOpen));
        Assert.Equal([Label], found.Event.Issue.Labels);
        Assert.Equal(found.Event.Key, again.Event!.Key);
    }

    [Fact]
    public async Task A_bot_that_set_a_label_is_told_as_the_bot_that_it_is()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Fake.World.User("helper[bot]", "Bot");
        var issue = await LabelledAsync(kit, "helper[bot]");

        var found = await kit.Service.LostEvents.ReadLabellingAsync(kit.Ref, issue.Number, Label, default);

        Assert.Equal(("helper[bot]", true), (found.Event!.Sender.Login, found.Event.Sender.IsBot));
    }

    [Theory]
    [InlineData("It breaks", "Delete everything.")]
    [InlineData("Delete everything", "When I press it.")]
    public async Task A_text_that_somebody_else_changed_after_the_label_was_set_is_not_believed(string title, string body)
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await LabelledAsync(kit, "octo");
        await kit.Fake.People.EditIssueAsync(kit.Repository, issue, title, body, "ada");

        var found = await kit.Service.LostEvents.ReadLabellingAsync(kit.Ref, issue.Number, Label, default);

        Assert.Null(found.Event);
        Assert.Contains("'ada' edited the issue", found.Doubt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_was_changed_before_the_label_was_set_or_by_who_set_it_is_believed()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.Fake.People.OpenIssueAsync(kit.Repository, "ada", "It breaks", "Hm.");
        await kit.Fake.People.EditIssueAsync(kit.Repository, issue, "It broke", "When I press it.", "ada");
        kit.Clock.Advance(TimeSpan.FromMinutes(1));
        await kit.Fake.People.LabelAsync(kit.Repository, issue, Label, "octo");
        kit.Clock.Advance(TimeSpan.FromMinutes(1));
        await kit.Fake.People.EditIssueAsync(kit.Repository, issue, "It broke", "When I press it twice.", "octo");

        var found = await kit.Service.LostEvents.ReadLabellingAsync(kit.Ref, issue.Number, Label, default);

        Assert.Equal("When I press it twice.", found.Event!.Issue.Body);
    }

    [Fact]
    public async Task An_issue_that_is_gone_or_lost_the_label_tells_nothing()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.Fake.People.OpenIssueAsync(kit.Repository, "ada", "It breaks", "Hm.");

        Assert.NotNull((await kit.Service.LostEvents.ReadLabellingAsync(kit.Ref, issue.Number, Label, default)).Doubt);
        Assert.NotNull((await kit.Service.LostEvents.ReadLabellingAsync(kit.Ref, 77, Label, default)).Doubt);
    }

    [Fact]
    public async Task The_list_of_labelled_issues_costs_nothing_while_nothing_changes()
    {
        await using var kit = await GitHubKit.StartAsync();
        var issue = await LabelledAsync(kit, "octo");
        await kit.Fake.People.OpenIssueAsync(kit.Repository, "ada", "Another", null);
        kit.Fake.Requests.Clear();

        var first = await kit.Service.LostEvents.ListLabelledAsync(kit.Ref, Label, default);
        var second = await kit.Service.LostEvents.ListLabelledAsync(kit.Ref, Label, default);

        Assert.Equal(issue.Number, Assert.Single(first).Number);
        Assert.Contains(Label, first[0].Labels);
        Assert.Equivalent(first, second, strict: true);
        Assert.Equal([(200, true), (304, false)], kit.Fake.Requests.All.Select(request => (request.Status, request.IsCounted)));
    }

    [Fact]
    public async Task An_App_finds_all_repositories_that_it_is_installed_in_and_a_person_those_that_are_named()
    {
        await using var kit = await GitHubKit.StartAsync();
        var other = kit.Fake.World.AddRepository("elsewhere/books");
        kit.Fake.World.AddRepository("elsewhere/private");
        using var key = RSA.Create(2048);
        var app = kit.Fake.World.AddApp("claude-cluster", RSA.Create(key.ExportParameters(includePrivateParameters: false)), new Dictionary<string, string> { ["metadata"] = "read" }, kit.Repository, other);
        await using var service = kit.NewService(new GitHubLogin.App(app.Id.ToString(CultureInfo.InvariantCulture), key.ExportRSAPrivateKeyPem()));

        var installed = await service.LostEvents.ListRepositoriesAsync([], [kit.Ref], default);
        await service.LostEvents.ListRepositoriesAsync([], [kit.Ref], default);
        var named = await kit.Service.LostEvents.ListRepositoriesAsync(["octo/shop", "octo/nothing"], [kit.Ref], default);
        var nothing = await kit.Service.LostEvents.ListRepositoriesAsync([], [], default);

        Assert.Equal(["octo/shop", "elsewhere/books"], installed.Select(found => found.Repository.FullName));
        Assert.Equal(kit.Ref, Assert.Single(named).Repository);
        Assert.Empty(nothing);
        Assert.Equal(3, kit.Fake.Requests.All.Count(request => request.Status == 304));
    }

    [Fact]
    public async Task A_pull_request_tells_where_it_stands_and_which_reviews_want_more()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Repository.Roles["grace"] = kit.Repository.Roles["linus"] = "write";
        var pull = await kit.OpenPullRequestAsync();
        await pull.ReviewByAsync("grace", "Not yet.");
        await pull.ReviewByAsync("linus", "Not yet.");
        await kit.Fake.People.ReviewAsync(kit.Repository, pull.Pull, "linus", "approved", "Now.");

        var open = (await kit.Service.LostEvents.ReadPullRequestAsync(kit.Ref, pull.Number, default))!;
        await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "test", "x");
        var failed = await kit.Service.LostEvents.ReadFailureAsync(kit.Ref, FeedbackKit.Branch, pull.Head, default);
        await kit.Fake.People.MergeAsync(kit.Repository, pull.Pull, "grace");
        var merged = (await kit.Service.LostEvents.ReadPullRequestAsync(kit.Ref, pull.Number, default))!;
        var gone = await kit.Service.LostEvents.ReadPullRequestAsync(kit.Ref, 77, default);

        Assert.Equal(("synchronize", pull.Head), (open.Changed.Action, open.Changed.PullRequest.HeadCommit));
        var review = Assert.Single(open.Reviews);
        Assert.Equal(("grace", pull.Head), (review.Event.Sender.Login, review.Event.Commit));
        Assert.Equal(new CommitId(kit.FirstCommit), open.BaseMoved!.After);
        Assert.Equal(pull.Head, failed!.Commit);
        Assert.Equal(("closed", true, "grace"), (merged.Changed.Action, merged.Changed.PullRequest.IsMerged, merged.Changed.Sender.Login));
        Assert.Null(gone);
        Assert.All((RepositoryEvent[])[open.Changed, open.BaseMoved, review.Event, failed, merged.Changed], told => Assert.Null(EventRules.WhyOfNoUse(told)));
    }

    [Fact]
    public async Task Its_questions_and_the_fakes_answers_are_good_by_GitHubs_schema()
    {
        GitHubSchemas.SkipUnlessSetUp();
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await pull.ReviewAsync("Not yet.");
        var issue = await LabelledAsync(kit, "octo");
        await kit.Fake.People.EditIssueAsync(kit.Repository, issue, "Else", "Else.", "ada");
        await kit.Fake.People.UnlabelAsync(kit.Repository, issue, Label, "octo");
        await kit.Fake.People.CloseIssueAsync(kit.Repository, issue, "octo");
        await kit.Service.LostEvents.ReadLabellingAsync(kit.Ref, issue.Number, Label, default);
        await kit.Service.LostEvents.ReadLabellingAsync(kit.Ref, 77, Label, default);
        await kit.Service.LostEvents.ReadPullRequestAsync(kit.Ref, pull.Number, default);
        await kit.Service.LostEvents.ListReviewsAsync(kit.Ref, [pull.Number], DateTimeOffset.MinValue, default);
        await kit.Fake.People.MergeAsync(kit.Repository, pull.Pull, "octo");
        await kit.Service.LostEvents.ReadPullRequestAsync(kit.Ref, pull.Number, default);

        var answers = kit.Fake.Requests.All.Where(request => request.Path == "/graphql").Select(request => new JsonObject
        {
            ["query"] = JsonNode.Parse(request.RequestBody)!["query"]!.DeepClone(),
            ["variables"] = JsonNode.Parse(request.RequestBody)!["variables"]!.DeepClone(),
            ["answer"] = JsonNode.Parse(request.AnswerBody),
        }).ToList();

        Assert.Equal("", GitHubSchemas.Node("check-graphql.mjs", JsonSerializer.Serialize(answers.Select(answer => answer["query"]!.GetValue<string>()))));
        Assert.Equal("", GitHubSchemas.Node("check-graphql-answers.mjs", JsonSerializer.Serialize(answers)));
    }

    private static async Task<Issue> LabelledAsync(GitHubKit kit, string login)
    {
        var issue = await kit.Fake.People.OpenIssueAsync(kit.Repository, "ada", "It breaks", "When I press it.");
        await kit.Fake.People.LabelAsync(kit.Repository, issue, Label, login);
        return issue;
    }
}
