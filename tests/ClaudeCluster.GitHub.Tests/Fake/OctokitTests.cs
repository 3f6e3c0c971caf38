using System.Globalization;
using ClaudeCluster.GitHub.Tests.Feedback;

namespace ClaudeCluster.GitHub.Tests.Fake;

public sealed class OctokitTests
{
    [Fact]
    public async Task Official_JavaScript_client_understands_the_fake_and_is_understood()
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(GitHubSchemas.Folder, "node_modules", "@octokit", "rest")), $"GitHub's JavaScript client is not installed. {GitHubSchemas.HowToSetUp}");
        await using var kit = await GitHubKit.StartAsync();
        kit.Repository.Git.Branch(FeedbackKit.Branch, kit.FirstCommit);
        kit.Repository.Git.Commit(FeedbackKit.Branch, "mended.txt", "mended");
        var issue = kit.IssueOf(await kit.OpenIssueAsync());
        var comment = await kit.Fake.People.CommentAsync(kit.Repository, issue, FeedbackKit.Owner, "/claude status");

        var said = GitHubSchemas.Node(
            "octokit.mjs", "", kit.Fake.Url.AbsoluteUri.TrimEnd('/'), kit.Token.Value, "octo", "shop", FeedbackKit.Branch, Text(issue.Number), Text(comment.Id));

        Assert.Equal("all as on GitHub", said.Trim());
        Assert.DoesNotContain(kit.Operations, operation => operation is null);
        Assert.All(kit.Fake.Logs.Requests, request => Assert.False(request.WasSigned));
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
