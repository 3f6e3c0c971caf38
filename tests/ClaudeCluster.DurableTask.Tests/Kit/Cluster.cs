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
    private readonly List<Task> _workers = [];

    private Cluster(ITaskHubStore store, TimeProvider time, LocalTaskHubOptions? options)
    {
        Store = new WatchedStore(store);
        Time = time;
        Hub = new LocalTaskHub(Store, time, null, options);
        Client = new DurableTaskClient(Hub);
    }

    public WatchedStore Store { get; }

    public TimeProvider Time { get; }

    public LocalTaskHub Hub { get; }

    public DurableTaskClient Client { get; }

    public static async Task<Cluster> OpenAsync(ITaskHubStore store, TimeProvider? time = null, LocalTaskHubOptions? options = null)
    {
        var cluster = new Cluster(store, time ?? TimeProvider.System, options);
        await cluster.Hub.OpenAsync();
        return cluster;
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
        await Hub.DisposeAsync();
        _stop.Dispose();
    }

    public async Task StopWorkersAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_workers).WaitAsync(Patience);
    }
}
