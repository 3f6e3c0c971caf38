using System.Text;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.GitHub;
using ClaudeCluster.Orchestrations;
using ClaudeCluster.ScriptedModel;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>
/// A coordinator and agents as processes of their own, the real CLI with a model that plays a script, and a repository. With a GitHub the coordinator
/// runs the flows; without one they are run in this process, with GitHub as a folder.
/// </summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private const string CoordinatorName = "coordinator";
    private const string OperatorToken = "an-operator-s-token-that-is-long-enough";

    private readonly Dictionary<string, RealProcess> _processes = new(StringComparer.Ordinal);
    private readonly int _port = FreePorts.Take();
    private LocalCluster? _flows;
    private RunHub? _hub;
    private string? _repositories;

    private RealCluster(Playground playground, ScriptedModelServer model) => (Playground, Model) = (playground, model);

    public Playground Playground { get; }

    public ScriptedModelServer Model { get; }

    public LocalCluster Flows => _flows!;

    /// <summary>The CLI's own edits: a file that is named after the issue.</summary>
    public static IReadOnlyList<ModelStep> Script { get; } =
        [ModelStep.Write("{folder}/task-{issue}.txt", "The answer to {issue}\n"), new ModelStep.Say("Answered {issue}.")];

    public Uri Coordinator => new($"http://127.0.0.1:{_port}");

    public static async Task<RealCluster> StartAsync(IReadOnlyList<ModelStep> script)
    {
        var cluster = await NewAsync(script);
        await cluster.StartCoordinatorAsync();
        await cluster.StartFlowsAsync();
        return cluster;
    }

    /// <param name="script">What the model does.</param>
    /// <param name="environment">How the coordinator reaches GitHub.</param>
    /// <param name="repositories">Where agents clone from, with <c>{repository}</c> for its name.</param>
    public static async Task<RealCluster> StartAsync(IReadOnlyList<ModelStep> script, IReadOnlyDictionary<string, string> environment, string repositories)
    {
        var cluster = await NewAsync(script);
        cluster._repositories = repositories;
        foreach (var (name, value) in environment)
            cluster.Playground.Environment[name] = value;
        await cluster.StartCoordinatorAsync();
        return cluster;
    }

    private static async Task<RealCluster> NewAsync(IReadOnlyList<ModelStep> script)
    {
        var model = await ScriptedModelServer.StartAsync(script);
        var playground = Playground.Create(policy: "tests: 'ls task-*.txt'\nlimits: { attempts: 10 }\n");
        playground.Environment["CLAUDE_CODE_CLI_PATH"] = RealClaude.Path();
        playground.Environment["ANTHROPIC_BASE_URL"] = model.Url.AbsoluteUri;
        playground.Environment["CLAUDE_CLUSTER_TOKEN"] = OperatorToken;
        playground.Environment["ANTHROPIC_API_KEY"] = "sk-ant-api03-the-key-of-this-machine";
        return new RealCluster(playground, model);
    }

    public async Task StartCoordinatorAsync()
    {
        var coordinator = Playground.Start("coordinator", "--listen", $"127.0.0.1:{_port}", "--store", "cluster.db", "--lease", "5", "--grace", "5", "--operator-token-from", "CLAUDE_CLUSTER_TOKEN");
        await coordinator.SaysAsync("listens on");
        _processes[CoordinatorName] = coordinator;
    }

    /// <summary>Kills the coordinator as by <c>kill -9</c>, and starts it again as a service manager does.</summary>
    public async Task ReplaceCoordinatorAsync()
    {
        await KillAsync(CoordinatorName);
        await StartCoordinatorAsync();
    }

    /// <summary>Adds the agent at its first start.</summary>
    /// <param name="id">The agent's.</param>
    /// <param name="specialty">Its only one.</param>
    /// <param name="slots">Tasks at once.</param>
    public async Task StartAgentAsync(string id, string specialty, int slots)
    {
        await AddAgentAsync(id, specialty, slots);
        var agent = Playground.Start("agent", "--config", $"{id}.yml");
        _processes[id] = agent;
        await agent.SaysAsync("takes tasks");
    }

    /// <summary>Sets up an agent's PC, and starts nothing there.</summary>
    public async Task AddAgentAsync(string id, string specialty, int slots)
    {
        if (!File.Exists(Playground.At($"{id}.token")))
        {
            var added = await Playground.CallAsync("agents", "add", id, "--specialties", specialty, "--coordinator", $"http://127.0.0.1:{_port}", "--json");
            Assert.True(added.Code == 0, added.All);
            Playground.Write($"{id}.token", added.Json["token"]!.GetValue<string>());
        }

        Playground.Write($"{id}.yml", $"""
            agent_id: {id}
            coordinator_url: http://127.0.0.1:{_port}
            credentials:
              agent_token: file:{Playground.At($"{id}.token")}
            specialties: [{specialty}]
            workspace_root: {WorkspaceOf(id)}
            max_concurrent_tasks: {slots}
            repositories:
              url: '{_repositories ?? Path.Combine(Playground.Repository, ".git")}'
            health:
              port: 0
            """);
    }

    public async Task KillAsync(string name)
    {
        _processes[name].Kill();
        await _processes[name].EndAsync();
    }

    /// <summary>As a service manager does.</summary>
    public async Task StopAgentsAsync()
    {
        foreach (var name in _processes.Keys.Where(name => name != CoordinatorName).ToList())
        {
            _processes[name].Terminate();
            var ended = await _processes[name].EndAsync();
            Assert.True(ended.Code == 0, ended.All);
            _processes.Remove(name);
        }
    }

    public async Task<IReadOnlyList<HistoryEvent>> HistoryAsync(string instanceId) => await _hub!.Hub.ReadHistoryAsync(instanceId, null).ToListAsync();

    public string WorkspaceOf(string id) => Playground.At($"workspaces-{id}");

    /// <summary>Hands in the event that labels an issue for work.</summary>
    /// <returns>The flow's id.</returns>
    public async Task<string> LabelAsync(int number, string specialty, CancellationToken cancellationToken)
    {
        var payload = Payload.Labelled(issue =>
        {
            issue.Issue()["number"] = number;
            issue.Issue()["id"] = number + 1000;
            issue.Issue()["title"] = $"Question {number}";
            issue.Label("claude", specialty);
        });
        var received = EventReader.Read(Encoding.UTF8.GetBytes(payload.ToJsonString()), "the test");
        var (receipt, _) = await Flows.ReceiveAsync(received, cancellationToken);
        return receipt.FlowId!;
    }

    public async Task<FlowState> EndOfAsync(string flowId, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return (await Flows.Client.WaitForInstanceCompletionAsync(flowId, getInputsAndOutputs: true, cancellationToken)).ReadOutputOrThrow<FlowState>();
            }
            catch (DurableTask.Grpc.RpcException)
            {
                // The hub was away for longer than a call waits.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_flows is not null)
            await _flows.DisposeAsync();
        await Playground.DisposeAsync();
        await Model.DisposeAsync();
    }

    private async Task StartFlowsAsync()
    {
        var host = new HostEnvironment(
            Playground.Environment.Where(variable => variable.Value is not null).ToDictionary(variable => variable.Key, variable => variable.Value!, StringComparer.Ordinal),
            Playground.Folder,
            Playground.At("tmp"),
            TimeProvider.System);
        var connection = new HubConnection(
            HubAddress.Parse($"127.0.0.1:{_port}"),
            new RemoteTaskHubOptions { Token = new StaticHubToken(OperatorToken), Patience = TimeSpan.FromMinutes(5), ReconnectAfter = TimeSpan.FromMilliseconds(50), ReconnectAtMostAfter = TimeSpan.FromMilliseconds(500) });
        var local = await LocalRepository.OpenAsync(Playground.Repository, host, CancellationToken.None);
        var repository = new RepositoryRef(42, "acme/sums", "main", IsPublic: false);
        var everybody = new InProcessFleet(SpecialtyPolicy.Defaults.Select(specialty => specialty.Name).ToHashSet());
        _hub = new SharedHub(connection, repository, host);
        _flows = await LocalCluster.OpenAsync(_hub, new FolderGitHub(local, Playground.State), everybody, TimeProvider.System, CancellationToken.None);
        _flows.Start([]);
    }
}
