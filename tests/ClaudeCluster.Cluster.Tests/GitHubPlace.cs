using System.Globalization;
using System.Security.Cryptography;
using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>A GitHub with one repository in which the App is installed, and the cluster that works for it.</summary>
internal sealed class GitHubPlace(FakeGitHubServer gitHub, Repository repository, RealCluster cluster) : IAsyncDisposable
{
    public const string Maintainer = "octo";

    private const string Secret = "the webhook's own secret";

    /// <summary>A step that GitHub fails six times in a row is tried again after four minutes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public FakeGitHubServer GitHub => gitHub;

    public Repository Repository => repository;

    public RealCluster Cluster => cluster;

    /// <summary>What is asked again and again, whether there is an issue or not.</summary>
    private static readonly string[] OfNoIssue =
    [
        "POST /app/installations/{installation_id}/access_tokens", "GET /repos/{owner}/{repo}/installation", "DELETE /installation/token",
        "GET /app/installations", "GET /installation/repositories", "GET /repos/{owner}/{repo}/issues",
        "GET /repos/{owner}/{repo}/issues/comments", "GET /repos/{owner}/{repo}/pulls/comments",
    ];

    /// <summary>The requests to the API so far by name, without those for tokens and those that look for lost events.</summary>
    public IReadOnlyList<string> CountedRequests =>
    [
        .. gitHub.Requests.All
            .Select(request => request.Operation ?? request.Path)
            .Where(name => !OfNoIssue.Contains(name)),
    ];

    public static async Task<GitHubPlace> StartAsync(IReadOnlyList<ModelStep> script, string policy = "")
    {
        var folder = Directory.CreateTempSubdirectory("cc-github-").FullName;
        var gitHub = await FakeGitHubServer.StartAsync(folder, TimeProvider.System);
        var repository = gitHub.World.AddRepository("octo/answers");
        repository.Roles[Maintainer] = "admin";
        repository.Git.Commit("main", "README.md", "# Answers\n");
        repository.Git.Commit("main", ".github/claude-cluster.yml", $"tests: 'ls task-*.txt'\nlimits: {{ attempts: 10 }}\n{policy}");
        repository.Labels.AddRange(((string[])["claude:working", "claude:waiting", "claude:review", "claude:done", "claude:failed"]).Select(name => new Label(gitHub.World.NewId(), name)));
        using var key = RSA.Create(2048);
        var app = gitHub.World.AddApp("claude-cluster", RSA.Create(key.ExportParameters(includePrivateParameters: false)), Permissions, repository);
        var keyFile = Path.Combine(folder, "app.pem");
        await File.WriteAllTextAsync(keyFile, key.ExportRSAPrivateKeyPem());
        var root = gitHub.Url.AbsoluteUri.TrimEnd('/');
        var cluster = await RealCluster.StartAsync(
            script,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["GITHUB_API_URL"] = root,
                ["GITHUB_APP_ID"] = app.Id.ToString(CultureInfo.InvariantCulture),
                ["GITHUB_APP_PRIVATE_KEY_FILE"] = keyFile,
                ["WEBHOOK_SECRET"] = Secret,
            },
            root + "/{repository}.git");
        (gitHub.Webhooks.Target, gitHub.Webhooks.Secret) = (new Uri(cluster.Coordinator, "webhook/github"), Secret);
        await cluster.StartAgentAsync("pc-backend", "backend", slots: 2);
        await cluster.StartAgentAsync("pc-frontend", "frontend", slots: 2);
        return new GitHubPlace(gitHub, repository, cluster);
    }

    /// <summary>Opens so many issues, half for each specialty, and labels them for work all at once. What the coordinator did not take is sent again, as a person or a reconciler would.</summary>
    public async Task<IReadOnlyList<Issue>> LabelAsync(int count)
    {
        var issues = new List<Issue>();
        for (var number = 0; number < count; number++)
            issues.Add(await gitHub.People.OpenIssueAsync(repository, Maintainer, $"Question {number}", "Answer it.", number % 2 == 0 ? "backend" : "frontend"));
        await Task.WhenAll(issues.Select(issue => gitHub.People.LabelAsync(repository, issue, "claude", Maintainer)));
        foreach (var delivery in gitHub.Webhooks.Deliveries)
        {
            while (!delivery.Statuses.Exists(status => status is 200 or 202))
                await gitHub.Webhooks.RedeliverAsync(delivery);
        }

        return issues;
    }

    public Task UntilReviewedAsync(IReadOnlyList<Issue> issues) => UntilAsync(() => issues.All(issue => issue.Labels.Exists(label => label.Name == "claude:review")) && WipBranches().Length == 0);

    public async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            lock (gitHub.World.Gate)
            {
                if (holds())
                    return;
            }

            await Task.Delay(100, limit.Token);
        }
    }

    public void AssertEachHasItsOnePullRequest(IReadOnlyList<Issue> issues) => Assert.All(issues, issue =>
    {
        var git = new GitCli(repository.Git.Path);
        var pull = Assert.Single(repository.PullRequests, pull => pull.Head == $"claude/issue-{issue.Number}");
        Assert.Equal($"task-{issue.Number}.txt", git.Run("diff", "--name-only", "main", pull.Head).Trim());
        Assert.Equal($"The answer to {issue.Number}", git.Run("show", $"{pull.Head}:task-{issue.Number}.txt").Trim());
        Assert.Equal("claude-cluster[bot]", pull.Author.Login);
        Assert.Contains($"/pull/{pull.Number}", Assert.Single(issue.Comments).Body, StringComparison.Ordinal);
        Assert.Equal(["claude:review"], issue.Labels.Select(label => label.Name).Where(name => name.StartsWith("claude:", StringComparison.Ordinal)));
    });

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        await gitHub.DisposeAsync();
    }

    private static IReadOnlyDictionary<string, string> Permissions { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["actions"] = "read",
        ["checks"] = "read",
        ["contents"] = "write",
        ["issues"] = "write",
        ["metadata"] = "read",
        ["pull_requests"] = "write",
        ["statuses"] = "read",
    };

    private string[] WipBranches() => [.. new GitCli(repository.Git.Path).Branches().Where(branch => branch.StartsWith("claude/wip/", StringComparison.Ordinal))];
}
