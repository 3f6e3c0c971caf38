using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.Orchestrations;
using ClaudeCluster.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.Runner.Tests;

/// <summary>
/// A hub process, agent processes, and between them the test itself: it runs the steps of attempts over the wire, as a coordinator does.
/// </summary>
internal sealed class AgentStage : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly RemoteTaskHub _remote;
    private readonly Task _steps;

    private AgentStage(Playground playground, int port)
    {
        (Playground, Port) = (playground, port);
        var options = new RemoteTaskHubOptions { Patience = TimeSpan.FromMinutes(2), ReconnectAfter = TimeSpan.FromMilliseconds(50), ReconnectAtMostAfter = TimeSpan.FromMilliseconds(500) };
        _remote = new RemoteTaskHub(HubAddress.Parse($"127.0.0.1:{port}"), options, TimeProvider.System, new Random(1));
        Client = new DurableTaskClient(_remote);
        _steps = RunStepsAsync();
    }

    public Playground Playground { get; }

    public int Port { get; }

    public DurableTaskClient Client { get; }

    public RealProcess Hub { get; private set; } = null!;

    public string Workspaces => Playground.At("opt/workspaces");

    public string Journal => Path.Combine(Workspaces, "state", "journal");

    public string AgentLog => File.Exists(Playground.At("opt/logs/agent.log")) ? ReadShared(Playground.At("opt/logs/agent.log")) : string.Empty;

    public static async Task<AgentStage> OpenAsync(string script = Playground.OneAttempt, string settings = "", string? leaseSeconds = "3")
    {
        var playground = Playground.Create(script: script);
        playground.Environment["CLAUDE_CODE_CLI_PATH"] = null;
        var stage = new AgentStage(playground, FreePorts.Take());
        stage.WriteConfig(settings);
        await stage.StartHubAsync(leaseSeconds ?? "3");
        return stage;
    }

    /// <param name="more">Lines of agent.yml.</param>
    public void WriteConfig(string more) => Playground.Write("opt/config/agent.yml", $"""
        agent_id: pc-1
        hub: 127.0.0.1:{Port}
        specialties: [backend, api]
        workspace_root: ../workspaces
        repositories:
          url: ../../repository
        health:
          port: 0
        {more}
        """);

    public async Task StartHubAsync(string leaseSeconds = "3")
    {
        Hub = Playground.Start("hub", "--listen", $"127.0.0.1:{Port}", "--store", "hub.db", "--lease", leaseSeconds, "--grace", leaseSeconds);
        await Hub.SaysAsync("listens on");
    }

    public async Task<RealProcess> StartAgentAsync(params string[] more)
    {
        var agent = StartAgentOnly(more);
        await agent.SaysAsync("takes tasks of");
        return agent;
    }

    public RealProcess StartAgentOnly(params string[] more) =>
        Playground.Start(["agent", "--config", Playground.At("opt/config/agent.yml"), "--coder", $"script:{Playground.Script}", .. more]);

    /// <summary>With the real CLI in the place of a script.</summary>
    public async Task<RealProcess> StartClaudeAgentAsync()
    {
        var agent = Playground.Start(["agent", "--config", Playground.At("opt/config/agent.yml")]);
        await agent.SaysAsync("takes tasks of");
        return agent;
    }

    public Task<Ended> CallAgentAsync(params string[] more) =>
        Playground.CallAsync(["agent", "--config", Playground.At("opt/config/agent.yml"), "--coder", $"script:{Playground.Script}", .. more]);

    /// <summary>Starts one attempt; its id.</summary>
    public Task<string> BeginAsync(int number = 1, Func<AgentTask, AgentTask>? change = null)
    {
        var task = new AgentTask
        {
            AttemptId = $"issue-4711-12-1-a{number}",
            Repository = new RepositoryRef(4711, "acme/shop", "main", IsPublic: false),
            Issue = new IssueSnapshot { Number = 12, Title = "The sum is wrong", Author = "ada" },
            Specialty = new Specialty("backend"),
            BaseBranch = "main",
            AttemptBranch = $"claude/wip/12-1-a{number}",
            Requester = new Requester("octo-cat", 583231, IsBot: false),
            Tests = [new TestCommand("sh test.sh")],
        };
        var request = new AttemptRequest(change?.Invoke(task) ?? task);
        return Client.ScheduleNewOrchestrationInstanceAsync(nameof(Attempt), request, new StartOrchestrationOptions(task.AttemptId));
    }

    public async Task<AttemptResult> ResultAsync(string attempt)
    {
        var end = await Client.WaitForInstanceCompletionAsync(attempt, getInputsAndOutputs: true, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2));
        return end.ReadOutputAs<AttemptResult>() ?? throw new InvalidOperationException($"{attempt} is {end.RuntimeStatus} without a result: {end.FailureDetails}");
    }

    /// <summary>Stops an agent as a service manager does, and waits until it has ended.</summary>
    public static async Task EndAsync(RealProcess agent)
    {
        agent.Terminate();
        var ended = await agent.EndAsync();
        Assert.True(ended.Code == 0, ended.All);
    }

    /// <summary>
    /// What an agent must not leave: processes, work trees, locks. With a sandbox around its coder an agent removes folders after the result was
    /// delivered, so only one that has ended, or that has just started, can be asked.
    /// </summary>
    public void AssertNothingIsLeft()
    {
        var attempts = Path.Combine(Workspaces, "attempts");
        Assert.Empty(Directory.Exists(attempts) ? Directory.GetFileSystemEntries(attempts) : []);
        Assert.Empty(ClaudeCluster.Agent.ProcessTree.Find(attempts));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _steps.WaitAsync(TimeSpan.FromSeconds(30));
        await _remote.DisposeAsync();
        await Playground.DisposeAsync();
        _stop.Dispose();
    }

    private Task RunStepsAsync()
    {
        var gitHub = new RecordingGitHub();
        var services = new ServiceCollection()
            .AddSingleton<IRoles>(gitHub).AddSingleton<IRepositoryFiles>(gitHub).AddSingleton<IIssuePage>(gitHub).AddSingleton<IPullRequests>(gitHub)
            .AddSingleton<IFleet>(new InProcessFleet(new HashSet<Specialty> { new("backend") })).AddSingleton(Client).AddSingleton(TimeProvider.System)
            .BuildServiceProvider();
        var worker = new DurableTaskWorker(
            _remote, new DurableTaskRegistry().AddIssueToPullRequest(), services, new DurableTaskWorkerOptions { WorkerId = "steps", DrainTimeout = TimeSpan.Zero }, TimeProvider.System);
        return Task.Run(() => worker.RunAsync(_stop.Token), CancellationToken.None);
    }

    private static string ReadShared(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd();
    }
}
