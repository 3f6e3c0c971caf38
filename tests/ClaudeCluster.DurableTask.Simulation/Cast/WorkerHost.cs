using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Simulation.Checks;
using ClaudeCluster.DurableTask.Simulation.Machine;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask.Simulation.Cast;

/// <summary>A machine on which a worker lives: in a process of its own, over the wire, or in the hub's. It is started again when it dies.</summary>
internal sealed class WorkerHost(World world, IReadOnlyList<HubHost> hosts, DurableTaskWorkerOptions options, Release release)
{
    private static readonly IServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();
    private readonly Wire _wire = new(world, hosts);
    private Action _stop = () => { };
    private int _processes;

    public SimProcess? Process { get; private set; }

    public void StartRemote()
    {
        var process = Process = new SimProcess($"{options.WorkerId}.{++_processes}", world.Scheduler);
        process.Died += () =>
        {
            world.Trace.Write("is dead", process);
            world.StartLater(StartRemote);
        };
        Start(process, _wire, process.Name);
    }

    public void StartInside(SimProcess process, ITaskHub hub)
    {
        Process = process;
        Start(process, hub, $"{options.WorkerId}.{++_processes}");
    }

    public void BreakStream() => _wire.BreakStream();

    /// <summary>Tells the worker to end in order.</summary>
    public void Stop() => Process!.Begin(() => { _stop(); return Task.CompletedTask; });

    private void Start(SimProcess process, ITaskHub hub, string workerId)
    {
        var stop = new CancellationTokenSource();
        _stop = stop.Cancel;
        var worker = new DurableTaskWorker(
            new ColdReplay(hub, world, release),
            release.Registry,
            NoServices,
            options with { WorkerId = workerId, Versioning = release.Rules },
            world.Time,
            null,
            world.NewWarmInstances());
        process.Begin(() => WorkAsync(worker, process, stop.Token));
    }

    /// <summary>A worker that ends takes its process along, as a host's service does.</summary>
    private async Task WorkAsync(DurableTaskWorker worker, SimProcess process, CancellationToken stopped)
    {
        try
        {
            await worker.RunAsync(stopped);
            world.Trace.Write("has stopped as it was told");
        }
        catch (IOException e)
        {
            world.Trace.Write($"ends: {e.Message}");
        }

        process.Kill();
    }
}
