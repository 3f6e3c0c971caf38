using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.Simulation.Bugs;
using ClaudeCluster.DurableTask.Simulation.Checks;
using ClaudeCluster.DurableTask.Simulation.Faults;
using ClaudeCluster.DurableTask.Simulation.Machine;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Simulation;

/// <summary>What all of one run's processes share: chance, time, the disk, and the wish to break things.</summary>
internal sealed class World : IIdSource, IDisposable
{
    private readonly PlantedBug? _bug;
    private readonly SimProcess _outside;
    private int _lastId;

    public World(int seed, bool traces, PlantedBug? bug)
    {
        _bug = bug;
        Time = new VirtualTime();
        Scheduler = new Scheduler(Chance(seed, 1), Time);
        Trace = new Trace(Time, traces);
        Faults = new FaultPlan(Chance(seed, 2));
        _outside = new SimProcess("world", Scheduler);
        var audited = new Audit(Disk, this);
        Store = bug?.Around(audited, this) ?? audited;
    }

    public VirtualTime Time { get; }

    public Scheduler Scheduler { get; }

    public Trace Trace { get; }

    public FaultPlan Faults { get; }

    /// <summary>What is written, read without any fault.</summary>
    public MemoryHubStore Disk { get; } = new();

    /// <summary>What hubs write to.</summary>
    public ITaskHubStore Store { get; }

    /// <summary>When something was written last.</summary>
    public TimeSpan LastProgress { get; private set; }

    /// <summary>Independent chances of one seed.</summary>
    public static Random Chance(int seed, int stream) => new(unchecked((seed * 16) + stream));

    public void NoteProgress() => LastProgress = Time.Elapsed;

    public void Fail(string what)
    {
        Trace.Write($"WRONG: {what}");
        Scheduler.Fail(new SimulationException(what));
    }

    public void FailAsStuck(string how)
    {
        Trace.Write($"stuck: {how}");
        Scheduler.FailAsStuck(new SimulationException($"stuck: {how}"));
    }

    /// <summary>Begins something that no fault can touch.</summary>
    public void Begin(Func<Task> work) => _outside.Begin(work);

    public void StartLater(Action start) => Begin(async () =>
    {
        await Time.DelayAsync(Faults.NewDelay(5_000));
        start();
    });

    /// <summary>A moment at which others may run, or time may pass; or none.</summary>
    public Task PauseAsync() => Faults.Happens(Faults.Slowness) ? Time.DelayAsync(Faults.NewDelay(500))
        : Faults.Happens(0.5) ? YieldAsync()
        : Task.CompletedTask;

    public WarmInstances NewWarmInstances() => _bug?.NewWarmInstances?.Invoke() ?? new ForgetfulInstances(this);

    string IIdSource.NewId() => $"x{++_lastId}";

    string IIdSource.NewToken() => $"t{++_lastId}";

    public void Dispose() => Scheduler.Dispose();

    private static async Task YieldAsync() => await Task.Yield();

    /// <summary>Warm instances that are forgotten at random.</summary>
    private sealed class ForgetfulInstances(World world) : WarmInstances(1_000)
    {
        public override OrchestrationReplay? Take(StepWorkItem item)
        {
            var remembered = base.Take(item);
            return world.Faults.Happens(world.Faults.Eviction) ? null : remembered;
        }
    }
}
