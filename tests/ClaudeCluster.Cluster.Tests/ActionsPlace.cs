namespace ClaudeCluster.Cluster.Tests;

/// <summary>
/// A GitHub with two repositories in which the App is installed. In <see cref="ByActions"/> events come by the trigger workflow and tasks are taken by
/// runs on self-hosted runners; <see cref="ByDaemons"/> has the webhook and agents that are always there.
/// </summary>
internal sealed class ActionsPlace(GitHubProcess gitHub, RealCluster cluster, RealProcess runners) : IAsyncDisposable
{
    public const string ByActions = "octo/actions";
    public const string ByDaemons = "octo/daemons";
    public const string TriggerRun = ".github/workflows/claude-cluster.yml";
    public const string AgentRun = ".github/workflows/claude-agent.yml";

    private const string App = "claude-cluster";
    private const string Secret = "the webhook's own secret";
    private const string TriggerToken = "a-token-that-hands-in-events-and-nothing-else";
    private const string Maintainer = "octo";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly Dictionary<string, string> Permissions = new(StringComparer.Ordinal)
    {
        ["actions"] = "write",
        ["administration"] = "read",
        ["contents"] = "write",
        ["issues"] = "write",
        ["metadata"] = "read",
        ["pull_requests"] = "write",
    };

    public GitHubProcess GitHub => gitHub;

    public RealCluster Cluster => cluster;

    /// <param name="onPCs">Specialties whose agents take tasks in runs; each has a runner, beside the coordinator's and one of somebody else.</param>
    /// <param name="connected">Specialties whose agents are always there.</param>
    public static async Task<ActionsPlace> StartAsync(IReadOnlyList<string> onPCs, IReadOnlyList<string> connected)
    {
        ActionsRunners.SkipUnlessSetUp();
        var gitHub = await GitHubProcess.StartAsync();
        RealCluster? cluster = null;
        try
        {
            await AddRepositoryAsync(gitHub, ByActions, "reach: actions\n");
            await AddRepositoryAsync(gitHub, ByDaemons, "");
            await gitHub.CommitAsync(ByActions, TriggerRun, ActionsRunners.Workflow("claude-cluster.yml"));
            await gitHub.CommitAsync(ByActions, AgentRun, ActionsRunners.Workflow("claude-agent.yml"));
            cluster = await StartClusterAsync(gitHub);
            await gitHub.SetWebhookAsync(new Uri(cluster.Coordinator, "webhook/github"), Secret, without: [ByActions]);
            foreach (var specialty in connected)
                await cluster.StartAgentAsync($"pc-{specialty}", specialty, slots: 2);
            foreach (var specialty in onPCs)
                await cluster.AddAgentAsync($"pc-{specialty}", specialty, slots: 1);
            return new(gitHub, cluster, await ActionsRunners.StartAsync(cluster.Playground, gitHub.Url, RunnersOf(cluster, onPCs)));
        }
        catch
        {
            if (cluster is not null)
                await cluster.DisposeAsync();
            await gitHub.DisposeAsync();
            throw;
        }
    }

    /// <summary>One for each specialty.</summary>
    /// <returns>Their numbers.</returns>
    public async Task<IReadOnlyList<int>> OpenAsync(string repository, IReadOnlyList<string> specialties)
    {
        var issues = new List<int>();
        foreach (var specialty in specialties)
            issues.Add(await gitHub.OpenIssueAsync(repository, Maintainer, $"Question {issues.Count}", "Answer it.", specialty));
        return issues;
    }

    /// <summary>For work, all at once.</summary>
    public Task LabelAsync(string repository, IReadOnlyList<int> issues) => Task.WhenAll(issues.Select(issue => gitHub.LabelAsync(repository, issue, "claude", Maintainer)));

    /// <summary>Those that began.</summary>
    public async Task<IReadOnlyList<SeenRun>> RunsOfAsync(string path) => [.. (await gitHub.RunsAsync()).Where(run => run.IsWanted && run.Path == path)];

    public Task UntilAllRunsEndedAsync() => UntilAsync(async () => (await gitHub.RunsAsync()).All(run => run.Status == "completed"));

    public async Task UntilReviewedAsync(string repository, IReadOnlyList<int> issues)
    {
        await UntilAsync(async () => (await gitHub.LookAtAsync(repository)).Issues.Where(issue => issues.Contains(issue.Number)).All(issue => issue.Labels.Contains("claude:review")));
        await UntilAsync(async () => !(await gitHub.BranchesAsync(repository)).Any(branch => branch.StartsWith("claude/wip/", StringComparison.Ordinal)));
    }

    /// <summary>Processes and the model are here, and say nothing of themselves.</summary>
    public static async Task UntilHereAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!holds())
            await Task.Delay(50, limit.Token);
    }

    /// <summary>One pull request with its answer, by our App, from the agent with the specialty; and on the issue the word of it.</summary>
    public async Task AssertEachHasItsOnePullRequestAsync(string repository, IReadOnlyList<int> issues, IReadOnlyList<string> specialties)
    {
        var (seen, git) = (await gitHub.LookAtAsync(repository), gitHub.Git(repository));
        Assert.Equal(issues.Count, seen.PullRequests.Count);
        Assert.All(issues.Zip(specialties), pair =>
        {
            var (number, specialty) = pair;
            var issue = Assert.Single(seen.Issues, issue => issue.Number == number);
            var pull = Assert.Single(seen.PullRequests, pull => pull.Head == $"claude/issue-{number}");
            Assert.Equal($"{App}[bot]", pull.Author);
            Assert.Equal($"task-{number}.txt", git.Run("diff", "--name-only", "main", pull.Head).Trim());
            Assert.Equal($"The answer to {number}", git.Run("show", $"{pull.Head}:task-{number}.txt").Trim());
            var comment = Assert.Single(issue.Comments);
            Assert.Equal($"{App}[bot]", comment.Author);
            Assert.Contains($"pc-{specialty}", comment.Body, StringComparison.Ordinal);
            Assert.Contains($"/pull/{pull.Number}", comment.Body, StringComparison.Ordinal);
            Assert.Equal(["claude:review"], issue.Labels.Where(name => name.StartsWith("claude:", StringComparison.Ordinal)));
        });
    }

    public async ValueTask DisposeAsync()
    {
        // The playground ends its runners.
        await cluster.DisposeAsync();
        await gitHub.DisposeAsync();
    }

    private async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        await gitHub.UntilAsync(
            async () =>
            {
                Assert.False(runners.HasExited, "The runners met something that they do not know: " + (runners.HasExited ? (await runners.EndAsync()).All : ""));
                return await holds();
            },
            limit.Token);
    }

    private static async Task AddRepositoryAsync(GitHubProcess gitHub, string repository, string policy)
    {
        await gitHub.AddRepositoryAsync(repository, Maintainer, GitHubProcess.StatusLabels);
        await gitHub.CommitAsync(repository, "README.md", "# Answers\n");
        await gitHub.CommitAsync(repository, ".github/claude-cluster.yml", $"tests: 'ls task-*.txt'\nlimits: {{ attempts: 10 }}\n{policy}");
    }

    private static async Task<RealCluster> StartClusterAsync(GitHubProcess gitHub)
    {
        var app = await gitHub.AddAppAsync(App, Permissions, ByActions, ByDaemons);
        var root = gitHub.Url.AbsoluteUri.TrimEnd('/');
        return await RealCluster.StartAsync(
            RealCluster.Script,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["GITHUB_API_URL"] = root,
                ["GITHUB_APP_ID"] = app.Id,
                ["GITHUB_APP_PRIVATE_KEY_FILE"] = app.KeyFile,
                ["WEBHOOK_SECRET"] = Secret,
                ["CLAUDE_CLUSTER_TRIGGER_TOKEN"] = TriggerToken,
            },
            root + "/{repository}.git");
    }

    private static IReadOnlyList<SelfHosted> RunnersOf(RealCluster cluster, IReadOnlyList<string> specialties)
    {
        var command = CommandIn(cluster.Playground);
        var trigger = Env(cluster, command, new() { ["CLAUDE_CLUSTER_COORDINATOR"] = cluster.Coordinator.AbsoluteUri, ["CLAUDE_CLUSTER_TRIGGER_TOKEN"] = TriggerToken });
        return
        [
            new(ByActions, "coordinator", ["self-hosted", "linux", "claude-coordinator"], cluster.Playground.At("runner-coordinator"), trigger),
            new(ByActions, "somebody-else-s", ["self-hosted", "linux", "gpu"], cluster.Playground.At("runner-gpu"), Env(cluster, command, [])),
            .. specialties.Select(specialty => new SelfHosted(
                ByActions, $"runner-{specialty}", ["self-hosted", "linux", "claude-agent", specialty], cluster.Playground.At($"runner-{specialty}"), AgentEnv(cluster, command, specialty))),
        ];
    }

    /// <returns>A folder with <c>claude-cluster</c>, as an installed tool has one.</returns>
    private static string CommandIn(Playground playground)
    {
        var command = playground.Write("bin/claude-cluster", $"#!/bin/sh\nexec dotnet '{Programs.Runner}' \"$@\"\n");
        File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Path.GetDirectoryName(command)!;
    }

    private static Dictionary<string, string> AgentEnv(RealCluster cluster, string command, string specialty) => Env(cluster, command, new()
    {
        ["CLAUDE_AGENT_CONFIG"] = cluster.Playground.At($"pc-{specialty}.yml"),
        ["ANTHROPIC_API_KEY"] = cluster.Playground.Environment["ANTHROPIC_API_KEY"]!,
        ["ANTHROPIC_BASE_URL"] = cluster.Playground.Environment["ANTHROPIC_BASE_URL"]!,
        ["CLAUDE_CODE_CLI_PATH"] = cluster.Playground.Environment["CLAUDE_CODE_CLI_PATH"]!,
    });

    /// <summary>What a PC has anyway, and what its administrator added.</summary>
    private static Dictionary<string, string> Env(RealCluster cluster, string command, Dictionary<string, string> own)
    {
        foreach (var name in (string[])["HOME", "XDG_STATE_HOME", "TMPDIR", "DOTNET_ROOT", "DOTNET_EnableDiagnostics"])
        {
            if (cluster.Playground.Environment.GetValueOrDefault(name) is { } value)
                own[name] = value;
        }

        own["PATH"] = $"{command}:{cluster.Playground.Environment["PATH"]}";
        return own;
    }
}
