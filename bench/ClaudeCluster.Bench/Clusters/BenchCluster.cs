using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.Bench.Clusters;

/// <summary>
/// A hub over a store, one worker and one client, all in this process: the engine as an application embeds it. Or, served, with the protocol
/// and a loopback connection between the hub and the other two.
/// </summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private static readonly TimeSpan StopsWithin = TimeSpan.FromSeconds(20);
    private static readonly IServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();
    private readonly LocalTaskHub _hub;
    private readonly ServedHub? _served;
    private readonly CancellationTokenSource _stop;
    private readonly Task _worker;

    private BenchCluster(LocalTaskHub hub, ServedHub? served, Action<DurableTaskRegistry> addTasks, CancellationToken cancellation)
    {
        _hub = hub;
        _served = served;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ITaskHub seen = served is null ? hub : served.Remote;
        Client = new DurableTaskClient(seen);
        var worker = NewWorker(seen, addTasks);
        _worker = Task.Run(() => WorkAsync(worker), CancellationToken.None);
    }

    public DurableTaskClient Client { get; }

    public static async Task<BenchCluster> OpenAsync(ITaskHubStore store, Action<DurableTaskRegistry> addTasks, CancellationToken cancellation)
    {
        var hub = new LocalTaskHub(store, TimeProvider.System);
        await hub.OpenAsync(cancellation);
        return new BenchCluster(hub, null, addTasks, cancellation);
    }

    public static async Task<BenchCluster> OpenServedAsync(ITaskHubStore store, Action<DurableTaskRegistry> addTasks, CancellationToken cancellation)
    {
        var hub = new LocalTaskHub(store, TimeProvider.System);
        await hub.OpenAsync(cancellation);
        return new BenchCluster(hub, await ServedHub.StartAsync(hub), addTasks, cancellation);
    }

    /// <summary>
    /// A worker with room for all that a row has in flight, twice, since a step holds its place until it is committed and its commit holds
    /// one for what it makes: waiting for room would be a measure of the setting.
    /// </summary>
    public static DurableTaskWorker NewWorker(ITaskHub hub, Action<DurableTaskRegistry> addTasks)
    {
        var registry = new DurableTaskRegistry();
        addTasks(registry);
        var options = new DurableTaskWorkerOptions { WorkerId = "bench", MaximumConcurrentOrchestrations = 128, MaximumConcurrentActivities = 128 };
        return new DurableTaskWorker(hub, registry, NoServices, options, TimeProvider.System);
    }

    /// <summary>Starts one, waits for its end, and looks whether it did what it should.</summary>
    public async Task RunAsync(string orchestrator, int expected)
    {
        var end = await EndOfAsync(await StartAsync(orchestrator));
        if (end.RuntimeStatus != OrchestrationRuntimeStatus.Completed || end.ReadOutputAs<int>() != expected)
            throw new InvalidOperationException($"{orchestrator} ended {end.RuntimeStatus} with {end.SerializedOutput}, not with {expected}.");
    }

    public Task<string> StartAsync(string orchestrator, object? input = null, string? instanceId = null) =>
        UnlessBrokenAsync(Client.ScheduleNewOrchestrationInstanceAsync(
            orchestrator, input, instanceId is null ? null : new StartOrchestrationOptions(instanceId), _stop.Token));

    public Task<OrchestrationMetadata> EndOfAsync(string instanceId) =>
        UnlessBrokenAsync(Client.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, _stop.Token));

    public Task FirstStepOfAsync(string instanceId) => UnlessBrokenAsync(Client.WaitForInstanceStartAsync(instanceId, cancellation: _stop.Token));

    /// <summary>Waits for what the worker's code will signal.</summary>
    public async Task UntilAsync(Task signal)
    {
        await Task.WhenAny(signal, _worker);
        if (!signal.IsCompleted)
            await _worker;
        _stop.Token.ThrowIfCancellationRequested();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        // What ended the worker was thrown where it was waited for.
        await _worker.WaitAsync(StopsWithin, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_served is not null)
            await _served.DisposeAsync();
        await _hub.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>A worker that ends by itself ends all waiting: nothing would move any more.</summary>
    private async Task WorkAsync(DurableTaskWorker worker)
    {
        try
        {
            await worker.RunAsync(_stop.Token);
        }
        finally
        {
            await _stop.CancelAsync();
        }
    }

    private async Task<T> UnlessBrokenAsync<T>(Task<T> work)
    {
        try
        {
            return await work;
        }
        catch (OperationCanceledException) when (_worker.IsFaulted)
        {
            await _worker;
            throw;
        }
    }
}
