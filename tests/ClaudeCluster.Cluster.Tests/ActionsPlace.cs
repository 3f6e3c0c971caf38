using System.Globalization;
using System.Security.Cryptography;
using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.Actions;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.Runner.Tests;

/// <summary>
/// A GitHub with two repositories in which the App is installed. In <see cref="ByActions"/> events come by the trigger workflow and tasks are taken by
/// runs on self-hosted runners; <see cref="ByDaemons"/> has the webhook and agents that are always there.
/// </summary>
internal sealed class ActionsPlace(FakeGitHubServer gitHub, Repository byActions, Repository byDaemons, RealCluster cluster, RealProcess runners) : IAsyncDisposable
{
    public const string TriggerRun = ".github/workflows/claude-cluster.yml";
    public const string AgentRun = ".github/workflows/claude-agent.yml";

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

    public Repository ByActions => byActions;

    public Repository ByDaemons => byDaemons;

    public RealCluster Cluster => cluster;

    public FakeGitHubServer GitHub => gitHub;

    public RealProcess Runners => runners;

    /// <param name="onPCs">Specialties whose agents take tasks in runs; each has a runner.</param>
    /// <param name="connected">Specialties whose agents are always there.</param>
    public static async Task<ActionsPlace> StartAsync(IReadOnlyList<string> onPCs, IReadOnlyList<string> connected)
    {
        ActionsRunners.SkipUnlessSetUp();
        var folder = Directory.CreateTempSubdirectory("cc-actions-").FullName;
        var gitHub = await FakeGitHubServer.StartAsync(folder, TimeProvider.System);
        var (byActions, byDaemons) = (Add(gitHub, "octo/actions", "reach: actions\n"), Add(gitHub, "octo/daemons", ""));
        byActions.Git.Commit("main", TriggerRun, ActionsRunners.Workflow("claude-cluster.yml"));
        byActions.Git.Commit("main", AgentRun, ActionsRunners.Workflow("claude-agent.yml"));
        var cluster = await StartClusterAsync(gitHub, folder, byActions, byDaemons);
        (gitHub.Webhooks.Target, gitHub.Webhooks.Secret) = (new Uri(cluster.Coordinator, "webhook/github"), Secret);
        gitHub.Webhooks.Without.Add(byActions.FullName);
        foreach (var specialty in connected)
            await cluster.StartAgentAsync($"pc-{specialty}", specialty, slots: 2);
        foreach (var specialty in onPCs)
            await cluster.AddAgentAsync($"pc-{specialty}", specialty, slots: 1);
        var command = CommandIn(cluster.Playground);
        List<SelfHosted> runners =
        [
            new(byActions.FullName, "coordinator", ["self-hosted", "linux", "claude-coordinator"], cluster.Playground.At("runner-coordinator"), Env(cluster, command, new() { ["CLAUDE_CLUSTER_COORDINATOR"] = cluster.Coordinator.AbsoluteUri, ["CLAUDE_CLUSTER_TRIGGER_TOKEN"] = TriggerToken })),
            new(byActions.FullName, "somebody-else-s", ["self-hosted", "linux", "gpu"], cluster.Playground.At("runner-gpu"), Env(cluster, command, [])),
            .. onPCs.Select(specialty => new SelfHosted(
                byActions.FullName, $"runner-{specialty}", ["self-hosted", "linux", "claude-agent", specialty], cluster.Playground.At($"runner-{specialty}"), AgentEnv(cluster, command, specialty))),
        ];
        return new(gitHub, byActions, byDaemons, cluster, await ActionsRunners.StartAsync(cluster.Playground, gitHub.Url, runners));
    }

    /// <summary>Opens an issue for each specialty and labels them for work all at once.</summary>
    public async Task<IReadOnlyList<Issue>> LabelAsync(Repository repository, IReadOnlyList<string> specialties)
    {
        var issues = new List<Issue>();
        foreach (var specialty in specialties)
            issues.Add(await gitHub.People.OpenIssueAsync(repository, Maintainer, $"Question {issues.Count}", "Answer it.", specialty));
        await Task.WhenAll(issues.Select(issue => gitHub.People.LabelAsync(repository, issue, "claude", Maintainer)));
        return issues;
    }

    public IReadOnlyList<ActionsRun> RunsOf(string path)
    {
        lock (gitHub.World.Gate)
            return [.. gitHub.World.Actions.Runs.Where(run => run.Path == path)];
    }

    public Task UntilReviewedAsync(params IReadOnlyList<(Repository Repository, IReadOnlyList<Issue> Issues)> all) => UntilAsync(() => all.All(each =>
        each.Issues.All(issue => issue.Labels.Exists(label => label.Name == "claude:review"))
        && !new GitCli(each.Repository.Git.Path).Branches().Any(branch => branch.StartsWith("claude/wip/", StringComparison.Ordinal))));

    public async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (true)
        {
            Assert.False(runners.HasExited, "The runners met something that they do not know: " + (runners.HasExited ? (await runners.EndAsync()).All : ""));
            lock (gitHub.World.Gate)
            {
                if (holds())
                    return;
            }

            await Task.Delay(200, limit.Token);
        }
    }

    public static void AssertEachHasItsOnePullRequest(Repository repository, IReadOnlyList<Issue> issues, IReadOnlyList<string> specialties) => Assert.All(issues.Zip(specialties), pair =>
    {
        var (issue, specialty) = pair;
        var git = new GitCli(repository.Git.Path);
        var pull = Assert.Single(repository.PullRequests, pull => pull.Head == $"claude/issue-{issue.Number}");
        Assert.Equal($"task-{issue.Number}.txt", git.Run("diff", "--name-only", "main", pull.Head).Trim());
        Assert.Contains($"pc-{specialty}", Assert.Single(issue.Comments).Body, StringComparison.Ordinal);
        Assert.Contains($"/pull/{pull.Number}", issue.Comments[0].Body, StringComparison.Ordinal);
        Assert.Equal(["claude:review"], issue.Labels.Select(label => label.Name).Where(name => name.StartsWith("claude:", StringComparison.Ordinal)));
    });

    public async ValueTask DisposeAsync()
    {
        // The playground ends its runners.
        await cluster.DisposeAsync();
        await gitHub.DisposeAsync();
    }

    private static Repository Add(FakeGitHubServer gitHub, string name, string policy)
    {
        var repository = gitHub.World.AddRepository(name);
        repository.Roles[Maintainer] = "admin";
        repository.Git.Commit("main", "README.md", "# Answers\n");
        repository.Git.Commit("main", ".github/claude-cluster.yml", $"tests: 'ls task-*.txt'\nlimits: {{ attempts: 10 }}\n{policy}");
        repository.Labels.AddRange(((string[])["claude:working", "claude:waiting", "claude:review", "claude:done", "claude:failed"]).Select(label => new Label(gitHub.World.NewId(), label)));
        return repository;
    }

    private static async Task<RealCluster> StartClusterAsync(FakeGitHubServer gitHub, string folder, params Repository[] repositories)
    {
        using var key = RSA.Create(2048);
        var app = gitHub.World.AddApp("claude-cluster", RSA.Create(key.ExportParameters(includePrivateParameters: false)), Permissions, repositories);
        var keyFile = Path.Combine(folder, "app.pem");
        await File.WriteAllTextAsync(keyFile, key.ExportRSAPrivateKeyPem());
        var root = gitHub.Url.AbsoluteUri.TrimEnd('/');
        return await RealCluster.StartAsync(
            RealCluster.Script,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["GITHUB_API_URL"] = root,
                ["GITHUB_APP_ID"] = app.Id.ToString(CultureInfo.InvariantCulture),
                ["GITHUB_APP_PRIVATE_KEY_FILE"] = keyFile,
                ["WEBHOOK_SECRET"] = Secret,
                ["CLAUDE_CLUSTER_TRIGGER_TOKEN"] = TriggerToken,
            },
            root + "/{repository}.git");
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
