using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>A coordinator that listens on a port of this machine, over a file of the test's own; and its operator.</summary>
internal sealed class TestCoordinator : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly LocalTaskHub _hub;
    private readonly List<RemoteTaskHub> _remotes = [];
    private readonly List<HttpClient> _clients = [];
    private readonly CancellationTokenSource _stop = new();

    private TestCoordinator(LocalTaskHub hub, CoordinatorApp app, string operatorToken)
    {
        _hub = hub;
        App = app;
        OperatorToken = operatorToken;
        Operator = Client(operatorToken);
    }

    public CoordinatorApp App { get; }

    public string OperatorToken { get; }

    public HttpClient Operator { get; }

    public LocalTaskHub Hub => _hub;

    public static async Task<TestCoordinator> StartAsync(string folder, string? operatorToken = null, Func<CoordinatorOptions, CoordinatorOptions>? change = null, ILoggerFactory? logs = null)
    {
        var store = new SqliteHubStore(Path.Combine(folder, "hub.db"));
        var hub = new LocalTaskHub(store, TimeProvider.System, null, new LocalTaskHubOptions { WorkersAreElsewhere = true });
        await hub.OpenAsync();
        var options = new CoordinatorOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Records = store.Records, Hub = hub };
        var app = await CoordinatorApp.StartAsync(change?.Invoke(options) ?? options, TimeProvider.System, logs);
        return new TestCoordinator(hub, app, app.FreshOperatorToken ?? operatorToken ?? throw new InvalidOperationException("The operator's token was made before."));
    }

    public HttpClient Client(string? token)
    {
        var client = new HttpClient { BaseAddress = App.Address, Timeout = Patience };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _clients.Add(client);
        return client;
    }

    public RemoteTaskHub Connect(string token)
    {
        var remote = new RemoteTaskHub(
            new HubAddress(App.Address),
            new RemoteTaskHubOptions { Token = new StaticHubToken(token), ReconnectAfter = TimeSpan.FromMilliseconds(50) },
            TimeProvider.System,
            new Random(1));
        _remotes.Add(remote);
        return remote;
    }

    public async Task<string> AddAgentAsync(string id, params string[] specialties)
    {
        using var answer = await Operator.PostAsJsonAsync("/api/agents", new { id, specialties });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await ReadAsync(answer))["token"]!.GetValue<string>();
    }

    /// <summary>An attempt that waits for an agent of this specialty, taken by the agent with this token.</summary>
    public async Task<(string AttemptId, IAsyncEnumerator<WorkItem> Items, ActivityWorkItem Item)> GiveAttemptAsync(string token, string activity, string? owner = null)
    {
        var id = await StartAttemptAsync(activity, owner);
        var items = Connect(token).ReceiveAsync(new WorkerOffer("w", 0, 1, null, null), _stop.Token).GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(Patience));
        return (id, items, Assert.IsType<ActivityWorkItem>(items.Current));
    }

    /// <summary>An orchestration that has asked for this activity, and names its owner as an attempt does.</summary>
    public async Task<string> StartAttemptAsync(string activity, string? owner = null)
    {
        var registry = new DurableTaskRegistry();
        registry.AddOrchestratorFunc<string>($"Attempt {activity}", context =>
        {
            if (owner is not null)
                context.SetCustomStatus(new { owner = $"{owner}-1", agent = owner });
            return context.CallActivityAsync<string>(activity);
        });
        var id = await new DurableTaskClient(_hub).ScheduleNewOrchestrationInstanceAsync($"Attempt {activity}");
        var worker = new DurableTaskWorker(_hub, registry, new NoServices(), new DurableTaskWorkerOptions { WorkerId = "steps" }, TimeProvider.System);
        _ = Task.Run(() => worker.RunAsync(_stop.Token), CancellationToken.None);
        return id;
    }

    public static async Task<JsonObject> ReadAsync(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();

    public static AgentReport Report(string id, params string[] specialties) => new()
    {
        Hello = new AgentHello { Agent = new AgentId(id), Specialties = [.. specialties.Select(name => new Specialty(name))], Slots = 2, WorkerId = $"{id}/1", Version = "0.1.0" },
        State = AgentState.Ready,
    };

    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await holds())
            await Task.Delay(20, limit.Token);
    }

    public async Task<JsonArray> AuditAsync() => (JsonNode.Parse(await Operator.GetStringAsync("/api/audit"))!["entries"] as JsonArray)!;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var remote in _remotes)
            await remote.DisposeAsync();
        _clients.ForEach(client => client.Dispose());
        await App.DisposeAsync();
        await _hub.DisposeAsync();
        _stop.Dispose();
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}

/// <summary>A folder that goes with its test.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cc-coordinator-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
