using System.Net;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Server;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Kit;

/// <summary>A hub that listens on a port of this machine, and what a test connects to it.</summary>
internal sealed class TestHub : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly IServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _workers = [];
    private readonly List<RemoteTaskHub> _remotes = [];
    private readonly TaskHubHost _host;
    private int _disposed;

    private TestHub(LocalTaskHub hub, TaskHubHost host)
    {
        Hub = hub;
        _host = host;
    }

    public LocalTaskHub Hub { get; }

    public Uri Address => _host.Address;

    public static async Task<TestHub> StartAsync(ITaskHubStore? store = null, LocalTaskHubOptions? options = null, TaskHubServerOptions? server = null, int port = 0)
    {
        var hub = new LocalTaskHub(store ?? new MemoryHubStore(), TimeProvider.System, null, options ?? new LocalTaskHubOptions { WorkersAreElsewhere = true });
        await hub.OpenAsync();
        var hubs = new Dictionary<string, LocalTaskHub>(StringComparer.Ordinal) { ["default"] = hub };
        return new TestHub(hub, await TaskHubHost.StartAsync(new IPEndPoint(IPAddress.Loopback, port), hubs, server ?? new TaskHubServerOptions(), TimeProvider.System));
    }

    public RemoteTaskHub Connect(RemoteTaskHubOptions? options = null) => Connect(Address, options);

    public RemoteTaskHub Connect(Uri address, RemoteTaskHubOptions? options = null)
    {
        var remote = new RemoteTaskHub(new HubAddress(address), options ?? new RemoteTaskHubOptions { ReconnectAfter = TimeSpan.FromMilliseconds(50) }, TimeProvider.System, new Random(1));
        _remotes.Add(remote);
        return remote;
    }

    public DurableTaskClient NewClient() => new(Connect());

    public void StartWorker(Action<DurableTaskRegistry> addTasks, RemoteTaskHub? hub = null, DurableTaskWorkerOptions? options = null)
    {
        var registry = new DurableTaskRegistry();
        addTasks(registry);
        options ??= new DurableTaskWorkerOptions { WorkerId = $"worker-{_workers.Count + 1}" };
        var worker = new DurableTaskWorker(hub ?? Connect(), registry, NoServices, options, TimeProvider.System);
        _workers.Add(Task.Run(() => worker.RunAsync(_stop.Token)));
    }

    /// <summary>Waits until this holder has a stream of work, or none any more.</summary>
    public async Task UntilConnectedAsync(string holder, bool isConnected)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (_host.Server.IsConnected(holder) != isConnected)
            await Task.Delay(10, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await _stop.CancelAsync();
        await Task.WhenAll(_workers).WaitAsync(Patience);
        foreach (var remote in _remotes)
            await remote.DisposeAsync();
        await _host.DisposeAsync();
        await Hub.DisposeAsync();
        _stop.Dispose();
    }
}
