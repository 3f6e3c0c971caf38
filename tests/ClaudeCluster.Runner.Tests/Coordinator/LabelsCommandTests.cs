using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.Runner.Tests;

/// <summary><c>claude-cluster labels sync</c> against a GitHub with one repository.</summary>
public sealed class LabelsCommandTests
{
    private static readonly string[] ByDefault =
    [
        "claude", "claude:skip", "backend", "frontend", "testing", "devops", "database", "priority:high", "priority:low",
        "claude:working", "claude:waiting", "claude:review", "claude:done", "claude:failed",
    ];

    [Fact]
    public async Task A_repository_gets_the_labels_of_its_policy_and_keeps_its_own()
    {
        await using var playground = Playground.Create();
        await using var gitHub = await StartAsync(playground);
        var repository = gitHub.World.Repositories[0];
        repository.Git.Commit("main", ".github/claude-cluster.yml", "labels: { trigger: robot }\n");
        repository.Labels.Add(new Label(1, "good first issue"));
        repository.Labels.Add(new Label(2, "Backend") { Color = "ffffff" });

        var dry = await playground.CallAsync("labels", "sync", "octo/shop", "--dry-run", "--json");
        var afterDry = repository.Labels.Count;
        var synced = await playground.CallAsync("labels", "sync", "octo/shop");
        var again = await playground.CallAsync("labels", "sync", "octo/shop", "--json");

        Assert.True(dry.Code == 0, dry.All);
        Schema.Check("labels-sync", dry.Json);
        Assert.Equal(2, afterDry);
        Assert.Equal(["backend"], Names(dry.Json, "changed"));
        Assert.Contains("created  robot", synced.Output, StringComparison.Ordinal);
        Assert.Equal(ByDefault.Select(name => name == "claude" ? "robot" : name), Names(again.Json, "unchanged"));
        Assert.Equal("ededed", repository.Labels[0].Color);
        Assert.Equal("1d76db", repository.Labels[1].Color);
        Assert.All(repository.Labels.Skip(1), label => Assert.InRange(label.Description!.Length, 1, 100));
    }

    [Theory]
    [InlineData("shop", "'shop' is no repository")]
    [InlineData("octo/shop/x", "'octo/shop/x' is no repository")]
    [InlineData("octo/..", "'octo/..' is no repository")]
    [InlineData("octo/nowhere", "GitHub shows no such repository")]
    public async Task A_repository_that_is_none_is_refused(string name, string reason)
    {
        await using var playground = Playground.Create();
        await using var gitHub = await StartAsync(playground);

        var refused = await playground.CallAsync("labels", "sync", name, "--json");

        Assert.Equal((int)ExitCode.BadInput, refused.Code);
        Schema.Check("error", refused.Json);
        Assert.Contains(reason, refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_login_and_with_one_that_may_not_write_it_is_said_what_to_do()
    {
        await using var playground = Playground.Create();
        await using var gitHub = await StartAsync(playground, new Dictionary<string, string> { ["contents"] = "read", ["issues"] = "read" });

        var forbidden = await playground.CallAsync("labels", "sync", "octo/shop", "--json");
        playground.Environment["GITHUB_TOKEN"] = null;
        var nobody = await playground.CallAsync("labels", "sync", "octo/shop");

        Assert.Equal((int)ExitCode.Failed, forbidden.Code);
        Schema.Check("error", forbidden.Json);
        Assert.Contains("issues=write", forbidden.Output, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.BadInput, nobody.Code);
        Assert.Contains("Set GITHUB_TOKEN", nobody.Output, StringComparison.Ordinal);
    }

    private static async Task<FakeGitHubServer> StartAsync(Playground playground, IReadOnlyDictionary<string, string>? permissions = null)
    {
        var gitHub = await FakeGitHubServer.StartAsync(playground.At("github"), TimeProvider.System);
        var repository = gitHub.World.AddRepository("octo/shop");
        repository.Roles["robot"] = "write";
        repository.Git.Commit("main", "README.md", "# Shop\n");
        playground.Environment["GITHUB_API_URL"] = gitHub.Url.AbsoluteUri.TrimEnd('/');
        playground.Environment["GITHUB_TOKEN"] = gitHub.World.AddToken("robot", permissions: permissions).Value;
        return gitHub;
    }

    private static IEnumerable<string> Names(JsonObject answer, string field) => answer[field]!.AsArray().Select(name => name!.GetValue<string>());
}
