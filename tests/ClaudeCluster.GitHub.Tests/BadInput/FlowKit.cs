using System.Net;
using System.Security.Cryptography;
using ClaudeCluster.Coordinator;
using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Records;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.State;
using Issue = ClaudeCluster.FakeGitHub.State.Issue;

namespace ClaudeCluster.GitHub.Tests;

/// <summary>
/// The whole way in one process: a fake GitHub over HTTP, its webhook, the coordinator with its real client, a hub in memory, and a scripted
/// agent that pushes with git. At its end every request and every answer is held against GitHub's own description.
/// </summary>
internal sealed class FlowKit : IAsyncDisposable, IServiceProvider
{
    public const string Maintainer = "octo";
    public const string Robot = "robot";

    private const string Secret = "the webhook's own secret";
    private const int TimesAsFast = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Ages = TimeSpan.FromHours(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("cc-flow-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private GitHubService _service = null!;
    private LocalTaskHub _hub = null!;
    private CoordinatorApp _app = null!;
    private Task _working = Task.CompletedTask;

    private FlowKit()
    {
    }

    public QuickClock Clock { get; } = new(TimesAsFast);

    public FakeGitHubServer Fake { get; private set; } = null!;

    public People People => Fake.People;

    public Repository Repository { get; private set; } = null!;

    /// <summary>What the coordinator works with; null: it works as an App.</summary>
    public Token? Token { get; private set; }

    public ScriptedAgent Agent { get; private set; } = null!;

    public DurableTaskClient Hub { get; private set; } = null!;

    public static async Task<FlowKit> StartAsync(string? policy = null, bool asApp = false)
    {
        var kit = new FlowKit();
        kit.Fake = await FakeGitHubServer.StartAsync(kit._folder, kit.Clock);
        var world = kit.Fake.World;
        kit.Repository = world.AddRepository("octo/shop");
        (kit.Repository.Roles[Robot], kit.Repository.Roles["mona"], kit.Repository.Roles["pc"]) = ("write", "write", "write");
        kit.Repository.Git.Commit("main", "README.md", "# Shop\n");
        if (policy is not null)
            kit.Repository.Git.Commit("main", RepositoryPolicy.Path, policy);
        kit.Token = asApp ? null : world.AddToken(Robot);
        kit._service = new GitHubService(GitHubKit.OptionsOf(kit.Fake.Url) with { AnswerWithin = Ages }, kit.Token is { } token ? new GitHubLogin.PersonalToken(token.Value) : kit.AddApp(), kit.Clock);
        kit.Agent = new ScriptedAgent(kit._folder, kit.Fake.Url, world.AddToken("pc").Value);
        await kit.StartCoordinatorAsync();
        (kit.Fake.Webhooks.Target, kit.Fake.Webhooks.Secret) = (new Uri(kit._app.Address, "webhook/github"), Secret);
        return kit;
    }

    /// <summary>An issue that a maintainer has labelled for work.</summary>
    public async Task<Issue> LabelAsync(string title = "It breaks", string? body = "When I press it.")
    {
        var issue = await People.OpenIssueAsync(Repository, Maintainer, title, body);
        await People.LabelAsync(Repository, issue, "claude", Maintainer);
        return issue;
    }

    /// <summary>Up to its pull request.</summary>
    public async Task<(Issue Issue, FakeGitHub.State.PullRequest Pull)> ReviewedAsync()
    {
        var issue = await LabelAsync();
        await UntilStatusAsync(issue, "claude:review");
        return (issue, Assert.Single(Repository.PullRequests));
    }

    public string FlowId(Issue issue, int generation = 1) => $"issue-{Repository.Id}-{issue.Number}-{generation}";

    /// <summary>As the hub has it.</summary>
    public async Task<FlowState?> FlowAsync(Issue issue, int generation = 1) =>
        await Hub.GetInstanceAsync(FlowId(issue, generation), getInputsAndOutputs: true) is { } instance ? instance.ReadFlow() : null;

    /// <summary>It shows this one status label and its comment is the cluster's last word.</summary>
    public Task UntilStatusAsync(Issue issue, string label) => UntilAsync(() => StatusOf(issue) is [var only] && only == label);

    public Task UntilSaysAsync(Issue issue, string words) => UntilAsync(() => issue.Comments.Exists(comment => comment.Body.Contains(words, StringComparison.Ordinal)));

    public Task UntilAsync(Func<bool> holds) => UntilAsync(() =>
    {
        lock (Fake.World.Gate)
            return Task.FromResult(holds());
    });

    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await holds())
            await Task.Delay(10, limit.Token);
    }

    public Task UntilPhaseAsync(Issue issue, FlowPhase phase, int generation = 1) => UntilAsync(async () => (await FlowAsync(issue, generation))?.Phase == phase);

    public Task UntilEndedAsync(Issue issue, int generation = 1) => UntilAsync(async () => await Hub.GetInstanceAsync(FlowId(issue, generation)) is { IsCompleted: true });

    /// <summary>Nothing runs that was told to the coordinator.</summary>
    public Task UntilEventsAreHandledAsync() => UntilAsync(async () =>
    {
        var open = new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running], InstanceIdPrefix: "event-");
        await foreach (var _ in Hub.GetAllInstancesAsync(open))
            return false;
        return true;
    });

    /// <summary>What happened before is long ago.</summary>
    public Task LaterAsync()
    {
        var now = Clock.GetUtcNow();
        return UntilAsync(() => Clock.GetUtcNow() - now > TimeSpan.FromSeconds(70));
    }

    public static string[] StatusOf(Issue issue) => [.. issue.Labels.Select(label => label.Name).Where(name => name.StartsWith("claude:", StringComparison.Ordinal))];

    /// <summary>The flow's own one.</summary>
    public string CommentOf(Issue issue, int generation = 1) =>
        Assert.Single(issue.Comments, comment => comment.Body.Contains($"<!-- claude-cluster:{FlowId(issue, generation)} -->", StringComparison.Ordinal)).Body;

    /// <summary>In the order of their giving.</summary>
    public static string[] AnswersOn(Issue issue) => [.. issue.Comments.Select(comment => comment.Body).Where(body => body.Contains("<!-- claude-cluster:answer-", StringComparison.Ordinal))];

    public object? GetService(Type serviceType) => null;

    public async ValueTask DisposeAsync()
    {
        Agent.Release();
        await _stop.CancelAsync();
        await _working;
        await Agent.EndAsync();
        await _app.DisposeAsync();
        await _hub.DisposeAsync();
        await _service.DisposeAsync();
        await Fake.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
        Findings.None(await GitHubSchemas.CheckAsync(Fake.Requests.All));
    }

    private GitHubLogin.App AddApp()
    {
        using var key = RSA.Create(2048);
        var permissions = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["actions"] = "read",
            ["checks"] = "read",
            ["contents"] = "write",
            ["issues"] = "write",
            ["metadata"] = "read",
            ["pull_requests"] = "write",
            ["statuses"] = "read",
        };
        var app = Fake.World.AddApp("claude-cluster", RSA.Create(key.ExportParameters(includePrivateParameters: false)), permissions, Repository);
        return new(app.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), key.ExportRSAPrivateKeyPem());
    }

    private async Task StartCoordinatorAsync()
    {
        _hub = new LocalTaskHub(new MemoryHubStore(), Clock, null, new LocalTaskHubOptions { LeaseDuration = Ages, MaximumPayloadBytes = CoordinatorOptions.LargestPayload });
        await _hub.OpenAsync();
        Hub = new DurableTaskClient(_hub);
        _app = await CoordinatorApp.StartAsync(
            new CoordinatorOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Records = new MemoryRecords(), Hub = _hub, GitHub = _service, Feedback = _service, WebhookSecret = Secret, Silence = Ages },
            Clock);
        var registry = new DurableTaskRegistry();
        foreach (var specialty in SpecialtyPolicy.Defaults.Select(known => known.Name))
        {
            registry.AddActivityFunc<AgentTask, AttemptResult>(AgentAddress.Any(specialty), (_, task) => Agent.WorkAsync(task));
            registry.AddActivityFunc<AgentTask, AttemptResult>(AgentAddress.Of(specialty, new AgentId("pc-1")), (_, task) => Agent.WorkAsync(task));
        }

        var worker = new DurableTaskWorker(_hub, registry, this, new DurableTaskWorkerOptions { WorkerId = "pc-1/1" }, Clock);
        _working = Task.Run(() => worker.RunAsync(_stop.Token), CancellationToken.None);
    }
}
