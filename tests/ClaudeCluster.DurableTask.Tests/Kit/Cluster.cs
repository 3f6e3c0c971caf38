using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask.Tests.Kit;

/// <summary>A hub with its store, a client, and as many workers as a test starts.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    /// <summary>How long a test waits for a signal before it calls itself stuck. Not a delay: signals come at once.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly IServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();
    private readonly CancellationTokenSource _stop = new();
    private readonly LocalTaskHub _hub;
    private readonly ServedHub? _served;
    private readonly List<Task> _workers = [];

    private Cluster(WatchedStore store, TimeProvider time, LocalTaskHub hub, ServedHub? served)
    {
        Store = store;
        Time = time;
        _hub = hub;
        _served = served;
        Client = new DurableTaskClient(Hub);
    }

    public WatchedStore Store { get; }

    public TimeProvider Time { get; }

    /// <summary>The hub as workers and clients see it.</summary>
    public ITaskHub Hub => _served?.Remote ?? (ITaskHub)_hub;

    public DurableTaskClient Client { get; }

    public static async Task<Cluster> OpenAsync(
        ITaskHubStore store, TimeProvider? time = null, LocalTaskHubOptions? options = null, bool isServed = false)
    {
        var watched = new WatchedStore(store);
        var hub = new LocalTaskHub(watched, time ?? TimeProvider.System, null, options);
        await hub.OpenAsync();
        return new Cluster(watched, time ?? TimeProvider.System, hub, isServed ? await ServedHub.StartAsync(hub) : null);
    }

    public DurableTaskWorkerOptions WorkerOptions { get; set; } =
        new() { WorkerId = "worker", DrainTimeout = TimeSpan.FromSeconds(30), StopTimeout = TimeSpan.FromSeconds(30) };

    public Cluster StartWorker(Action<DurableTaskRegistry> addTasks, IServiceProvider? services = null)
    {
        var registry = new DurableTaskRegistry();
        addTasks(registry);
        var options = WorkerOptions with { WorkerId = $"worker-{_workers.Count + 1}" };
        var worker = new DurableTaskWorker(Hub, registry, services ?? NoServices, options, TimeProvider.System);
        _workers.Add(Task.Run(() => worker.RunAsync(_stop.Token)));
        return this;
    }

    public async Task<OrchestrationMetadata> RunAsync(TaskName name, object? input = null, string? instanceId = null)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(name, input, new StartOrchestrationOptions(instanceId));
        return await EndOfAsync(id);
    }

    public Task<OrchestrationMetadata> EndOfAsync(string instanceId) =>
        Client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true).WaitAsync(Patience);

    /// <summary>Throws what ended a worker before it was told to stop.</summary>
    public async Task WorkersEndAsync() => await await Task.WhenAny(_workers).WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        await Record.ExceptionAsync(StopWorkersAsync);
        await CloseHubAsync();
        _stop.Dispose();
    }

    public async Task CloseHubAsync()
    {
        if (_served is not null)
            await _served.DisposeAsync();
        await _hub.DisposeAsync();
    }

    public async Task StopWorkersAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_workers).WaitAsync(Patience);
    }
}
