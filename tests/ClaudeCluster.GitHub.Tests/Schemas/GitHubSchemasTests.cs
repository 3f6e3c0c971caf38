using System.Text.Json;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.GitHub.Tests.Feedback;

namespace ClaudeCluster.GitHub.Tests.Schemas;

public sealed class GitHubSchemasTests
{
    private const string Open = "POST /repos/{owner}/{repo}/pulls";

    [Theory]
    [InlineData("""{"head":1,"base":"main"}""", "head")]
    [InlineData("""{"head":"x"}""", "base")]
    [InlineData("""{"head":"x","base":"main","titel":"a slip"}""", "titel")]
    public async Task Request_that_GitHub_would_not_understand_is_found(string body, string field)
    {
        GitHubSchemas.SkipUnlessSetUp();

        Assert.Contains(field, Assert.Single(await CheckAsync(body)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_that_GitHub_would_not_give_is_found()
    {
        GitHubSchemas.SkipUnlessSetUp();
        await using var kit = await GitHubKit.StartAsync();
        await kit.Service.SyncLabelsAsync(kit.Ref, [new("claude", "d97757", "Asks for work.")], default);
        var good = kit.Fake.Requests.All[^1];
        var bad = JsonNode.Parse(good.AnswerBody)!.AsObject();
        bad.Remove("node_id");

        Assert.Empty(await GitHubSchemas.CheckAsync([good]));
        Assert.NotEmpty(await GitHubSchemas.CheckAsync([good with { AnswerBody = bad.ToJsonString() }]));
    }

    [Fact]
    public async Task Call_that_nobody_knows_is_found()
    {
        GitHubSchemas.SkipUnlessSetUp();

        Assert.NotEmpty(await GitHubSchemas.CheckAsync([new("GET", "/nowhere", null, new Dictionary<string, string>(), "", 404, "", false)]));
    }

    [Fact]
    public async Task Every_GraphQL_document_of_ours_is_good_by_GitHubs_schema()
    {
        GitHubSchemas.SkipUnlessSetUp();
        await using var kit = await GitHubKit.StartAsync();
        var issue = await kit.OpenIssueAsync();
        await kit.Service.PutCommentAsync(issue, new("f"), null, "x", default);
        kit.IssueOf(issue).Comments.Add(new(1, kit.Token.User, new CommentMarker("f").ToString(), kit.Clock.GetUtcNow()));
        await kit.Service.PutCommentAsync(issue, new("f"), null, "y", default);
        await kit.Service.ReadAsync(kit.Ref, "README.md", default);
        await kit.Service.DeleteBranchesAsync(kit.Ref, ["a", "b"], default);
        await kit.Service.LookAsync(kit.Ref, 77, default);
        await kit.Service.ReadFailedChecksAsync(kit.Ref, new(kit.FirstCommit), default);
        await kit.Service.ReplyAsync(kit.Ref, 77, new("5"), new("f"), "x", default);

        var documents = kit.Fake.Requests.All
            .Where(request => request.Path == "/graphql")
            .Select(request => JsonNode.Parse(request.RequestBody)!["query"]!.GetValue<string>())
            .ToList();

        Assert.Equal(9, documents.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal("", GitHubSchemas.Node("check-graphql.mjs", JsonSerializer.Serialize(documents)));
        Assert.Contains("nonsense", GitHubSchemas.Node("check-graphql.mjs", """["{ viewer { nonsense } }"]"""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_GraphQL_answer_of_the_fakes_is_as_GitHubs_schema_says()
    {
        GitHubSchemas.SkipUnlessSetUp();
        await using var kit = await GitHubKit.StartAsync();
        await kit.Service.PutCommentAsync(await kit.OpenIssueAsync(), new("f"), null, "x", default);
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "test", "x");
        await kit.Fake.People.CheckAsync(kit.Repository, pull.Head.Value, "codecov", "coverage", "failure", "Fell", "By 3 %.");
        await kit.Fake.People.SetStatusAsync(kit.Repository, pull.Head.Value, "jenkins", "error", null, FeedbackKit.Owner);
        await pull.ReviewAsync("Look", new Remark("a.cs", 3, "Why?"), new Remark("b.cs", null, "Hm."));
        await pull.LookAsync();
        await pull.FailedAsync();
        await pull.ReplyAsync(pull.Pull.ReviewComments[0], "Done.");
        await kit.Service.LookAsync(kit.Ref, 77, default);
        await kit.Service.ReadAsync(kit.Ref, "README.md", default);
        await kit.Service.DeleteBranchesAsync(kit.Ref, ["a", FeedbackKit.Branch], default);

        var asked = kit.Fake.Requests.All.Where(request => request.Path == "/graphql").ToList();
        var answers = asked.Select(request => new JsonObject
        {
            ["query"] = JsonNode.Parse(request.RequestBody)!["query"]!.DeepClone(),
            ["variables"] = JsonNode.Parse(request.RequestBody)!["variables"]!.DeepClone(),
            ["answer"] = JsonNode.Parse(request.AnswerBody),
        }).ToList();

        Assert.Equal(6, asked.Select(request => request.Operation).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal("", GitHubSchemas.Node("check-graphql-answers.mjs", JsonSerializer.Serialize(answers)));
        answers[0]["answer"]!["data"]!["repository"]!["nonsense"] = 1;
        Assert.Contains("nonsense", GitHubSchemas.Node("check-graphql-answers.mjs", JsonSerializer.Serialize(answers)), StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<string>> CheckAsync(string request) =>
        GitHubSchemas.CheckAsync([new("POST", "/repos/octo/shop/pulls", Open, new Dictionary<string, string>(), request, 422, "", false)]);
}
