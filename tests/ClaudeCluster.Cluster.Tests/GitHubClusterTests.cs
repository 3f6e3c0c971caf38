using System.Globalization;
using System.Security.Cryptography;
using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>A labelled issue on GitHub becomes a pull request there: webhook, coordinator and agents as processes, the real CLI, git over HTTP, a GitHub App.</summary>
public sealed class GitHubClusterTests(ITestOutputHelper output)
{
    private const string Secret = "the webhook's own secret";
    private const string Maintainer = "octo";
    private const int Issues = 8;
    private const int KillsAtScaleOne = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private static int Scale => int.TryParse(Environment.GetEnvironmentVariable("CC_SCALE"), NumberStyles.None, CultureInfo.InvariantCulture, out var scale) ? scale : 1;

    [Fact]
    public async Task Issues_that_are_labelled_at_once_each_become_their_one_pull_request_with_one_comment_and_few_requests()
    {
        await using var place = await StartAsync();

        var issues = await place.LabelAsync(Issues);
        await place.UntilReviewedAsync(issues);

        place.AssertEachHasItsOnePullRequest(issues);
        var counted = place.GitHub.Requests.All.Count(request => request.Operation != "POST /app/installations/{installation_id}/access_tokens" && request.Operation != "GET /repos/{owner}/{repo}/installation");
        output.WriteLine($"{counted} requests for {Issues} issues: {string.Join(", ", place.GitHub.Requests.All.CountBy(request => request.Operation ?? request.Path).Select(each => $"{each.Value} × {each.Key}"))}");
        Assert.InRange(counted, 1, 10 * Issues);
    }

    [Fact]
    public async Task Killed_at_random_moments_each_issue_still_has_one_pull_request_one_comment_and_the_right_labels()
    {
        await using var place = await StartAsync();
        var killer = new Killer(place.Cluster, new Random(23));

        var issues = await place.LabelAsync(Issues);
        while (killer.Kills < KillsAtScaleOne * Scale)
        {
            await killer.KillOneAsync();
            if (killer.Kills * 2 > issues.Count)
                issues = [.. issues, .. await place.LabelAsync(2)];
        }

        await place.UntilReviewedAsync(issues);
        output.WriteLine($"{issues.Count} issues, {killer}");
        place.AssertEachHasItsOnePullRequest(issues);
    }

    [Fact]
    public async Task Closing_an_issue_stops_its_work_and_says_so()
    {
        await using var place = await StartAsync(new ModelStep.Hang());
        var issue = Assert.Single(await place.LabelAsync(1));
        await place.UntilAsync(() => place.Cluster.Model.Requests.Count > 0);

        await place.GitHub.People.CloseIssueAsync(place.Repository, issue, Maintainer);
        await place.UntilAsync(() => issue.Labels.Exists(label => label.Name == "claude:failed"));

        Assert.Contains("closed the issue", Assert.Single(issue.Comments).Body, StringComparison.Ordinal);
        await place.UntilAsync(() => Killer.ProcessesOf(place.Cluster, "claude").Count == 0);
        Assert.Empty(place.Repository.PullRequests);
    }

    private static Task<Place> StartAsync(params IReadOnlyList<ModelStep> script) => Place.StartAsync(script.Count > 0 ? script : RealCluster.Script);

    /// <summary>A GitHub with one repository in which the App is installed, and the cluster that works for it.</summary>
    private sealed class Place(FakeGitHubServer gitHub, Repository repository, RealCluster cluster) : IAsyncDisposable
    {
        public FakeGitHubServer GitHub => gitHub;

        public Repository Repository => repository;

        public RealCluster Cluster => cluster;

        public static async Task<Place> StartAsync(IReadOnlyList<ModelStep> script)
        {
            var folder = Directory.CreateTempSubdirectory("cc-github-").FullName;
            var gitHub = await FakeGitHubServer.StartAsync(folder, TimeProvider.System);
            var repository = gitHub.World.AddRepository("octo/answers");
            repository.Roles[Maintainer] = "admin";
            repository.Git.Commit("main", "README.md", "# Answers\n");
            repository.Git.Commit("main", ".github/claude-cluster.yml", "tests: 'ls task-*.txt'\nlimits: { attempts: 10 }\n");
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
            return new Place(gitHub, repository, cluster);
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
            ["contents"] = "write",
            ["issues"] = "write",
            ["metadata"] = "read",
            ["pull_requests"] = "write",
        };

        private string[] WipBranches() => [.. new GitCli(repository.Git.Path).Branches().Where(branch => branch.StartsWith("claude/wip/", StringComparison.Ordinal))];
    }
}
