using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Simulation.Faults;
using ClaudeCluster.DurableTask.Simulation.Machine;
using ClaudeCluster.DurableTask.Storage;

namespace ClaudeCluster.DurableTask.Simulation.Cast;

/// <summary>A machine on which a hub lives: when its process dies, another is started over the same disk, which other hubs may share.</summary>
internal sealed class HubHost(World world, string name, ITaskHubStore disk, TimeProvider clock, LocalTaskHubOptions options)
{
    private int _processes;

    public SimProcess Process { get; private set; } = null!;

    /// <summary>The hub, once it is open; null while nobody listens.</summary>
    public LocalTaskHub? Hub { get; private set; }

    /// <summary>Begins what lives in the hub's own process.</summary>
    public Action<LocalTaskHub>? OnOpen { get; set; }

    public void Start()
    {
        var process = Process = new SimProcess($"{name}.{++_processes}", world.Scheduler);
        process.Died += () =>
        {
            world.Trace.Write("is dead", process);
            Hub = null;
            world.StartLater(Start);
        };
        process.Begin(() => OpenAsync(process));
    }

    private async Task OpenAsync(SimProcess process)
    {
        var hub = new LocalTaskHub(new FaultyStore(disk, process, world), clock, null, options);
        try
        {
            await hub.OpenAsync();
        }
        catch (IOException e)
        {
            world.Trace.Write($"cannot open: {e.Message}");
            process.Kill();
            return;
        }

        world.Trace.Write("is open");
        Hub = hub;
        OnOpen?.Invoke(hub);
    }
}
