using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Simulation.Bugs;
using ClaudeCluster.DurableTask.Simulation.Cast;
using ClaudeCluster.DurableTask.Simulation.Programs;
using ClaudeCluster.DurableTask.Worker;

namespace ClaudeCluster.DurableTask.Simulation;

// Simulation: a year of bad luck in a second, and the same bad luck again when it is asked for.
//
//                    ┌───────────────── one thread, one seed, virtual time ─────────────────┐
//   customer-1 ──┐   │                                                                      │
//   customer-2 ──┼── wire ──► hub process ──► faulty store ──► planted bug? ──► audit ──► disk
//   worker-1 ────┤    lost     dies at any     full, slow,                     every     (memory)
//   worker-2 ────┘    late     moment, opens   silent, or                      commit
//                     twice    again           dead at the commit
//
// Hub, workers and clients are the real ones. Each lives in a process of its own (SimProcess), which is the context to which its awaits
// return; the scheduler runs what is ready in an order drawn from the seed, and moves the clock only when nothing is. So a run is a
// function of its seed: whatever goes wrong, goes wrong again, with a trace. A process that is killed loses its continuations where they
// stand. What comes back on another thread has escaped from all this, and is a failure by itself.
//
// The seed also writes the programs (ProgramWriter) and a small interpreter says what they mean (Reference). Checked are, always: the
// end of each program and what it wrote; each activity call's effect, once, however often it ran; that no event is lost or overtaken;
// each commit against the history that it continues (Audit); each step against a replay from nothing (ColdReplay); and that all comes to
// an end once the faults are over: a run in which nothing more happens, though somebody waits, is stuck.

/// <summary>One run.</summary>
internal sealed class Simulation : IOutside, IDisposable
{
    private const long MostSteps = 500_000;
    private static readonly TimeSpan Patience = TimeSpan.FromHours(3);
    private readonly World _world;
    private readonly Random _chance;
    private readonly HubHost _host;
    private readonly List<WorkerHost> _workers = [];
    private readonly List<Customer> _customers = [];
    private readonly Dictionary<(string Root, int Op), List<string>> _effects = [];
    private bool _checked;

    private Simulation(int seed, bool traces, PlantedBug? bug)
    {
        _chance = World.Chance(seed, 3);
        _world = new World(seed, traces, bug);
        _host = new HubHost(_world, _world.Store, new LocalTaskHubOptions
        {
            Ids = _world,
            MaximumDeliveries = 1_000,
            // Without the net: whoever is not woken must not be found by looking.
            PollInterval = _chance.Next(4) == 0 ? TimeSpan.FromSeconds(10) : TimeSpan.FromDays(30),
        });
    }

    public static Outcome Run(int seed, bool traces = false, PlantedBug? bug = null)
    {
        using var simulation = new Simulation(seed, traces, bug);
        return simulation.Run(seed);
    }

    public Task WorkAsync() => _world.PauseAsync();

    public int Effect(ProgramTasks.Call call, string callKey)
    {
        if (!_effects.TryGetValue((call.Root, call.Op), out var calls))
            _effects.Add((call.Root, call.Op), calls = []);
        if (!calls.Contains(callKey))
            calls.Add(callKey);
        _world.Trace.Write($"effect {calls.IndexOf(callKey)} of {call.Root}/{call.Op}");
        return calls.IndexOf(callKey);
    }

    public async Task TerminateAsync(string instanceId)
    {
        while (true)
        {
            try
            {
                await new DurableTaskClient(new Wire(_world, _host)).TerminateInstanceAsync(instanceId);
                return;
            }
            catch (IOException)
            {
                await _world.Time.DelayAsync(TimeSpan.FromSeconds(1));
            }
        }
    }

    public void Dispose() => _world.Dispose();

    private Outcome Run(int seed)
    {
        var areRemote = _chance.Next(3) > 0;
        Cast(areRemote);
        _host.Start();
        if (areRemote)
            _workers.ForEach(worker => worker.StartRemote());
        Chaos.Begin(_world, _host, _workers, areRemote);
        _customers.ForEach(customer => customer.Begin());

        RunUntil(() => _customers.TrueForAll(customer => customer.IsDone));
        if (_world.Scheduler.Failure is null)
            _world.Begin(CheckEndAsync);
        RunUntil(() => _checked);
        return new Outcome(seed, _world.Scheduler.Failure, _world.Scheduler.Steps, _world.Time.Elapsed, _world.Faults.StruckByKind, _world.Trace.ToString());
    }

    private void RunUntil(Func<bool> isOver)
    {
        while (_world.Scheduler.Failure is null && !isOver())
        {
            if (!_world.Scheduler.Step())
                _world.Fail("stuck: nothing is ready and no timer is set");
            else if (_world.Time.Elapsed - _world.LastProgress > Patience)
                _world.Fail("stuck: nothing was written for three hours");
            else if (_world.Scheduler.Steps > MostSteps)
                _world.Fail("stuck: it goes round and round");
        }
    }

    private void Cast(bool areRemote)
    {
        for (var number = 1; number <= _chance.Next(1, 4); number++)
            _customers.Add(new Customer(_world, _host, $"flow-{number}", new ProgramWriter(_chance).NewProgram(), _chance.Next(8) == 0));
        var tasks = new ProgramTasks(this);
        var splits = _chance.Next(3) == 0;
        for (var number = 1; number <= (splits ? 2 : _chance.Next(1, 4)); number++)
        {
            var registry = new DurableTaskRegistry();
            if (!splits || number == 1)
                ProgramTasks.AddOrchestrators(registry);
            if (!splits || number == 2)
                tasks.AddActivities(registry);
            var options = new DurableTaskWorkerOptions
            {
                WorkerId = $"worker-{number}",
                MaximumConcurrentOrchestrations = _chance.Next(1, 5),
                MaximumConcurrentActivities = _chance.Next(1, 5),
            };
            _workers.Add(new WorkerHost(_world, _host, options, registry));
        }

        if (!areRemote)
            _host.OnOpen = hub => _workers.ForEach(worker => worker.StartInside(hub));
    }

    private async Task CheckEndAsync()
    {
        foreach (var customer in _customers)
        {
            var state = (await _world.Disk.ReadInstanceAsync(customer.Id))!;
            var folded = new InstanceState(customer.Id, string.Empty, string.Empty).Apply(await _world.Disk.ReadHistoryAsync(customer.Id, state.ExecutionId));
            if ((folded.Status, folded.Output) != (state.Status, state.Output))
                _world.Fail($"the row of {customer.Id} is not the fold of its history");
            var calls = _effects.Where(effect => effect.Key.Root == customer.Id).Sum(effect => effect.Value.Count);
            if (calls != customer.ExpectedCalls && !(customer.ChangesItsMind && calls < customer.ExpectedCalls))
                _world.Fail($"{customer.Id} made {calls} calls instead of {customer.ExpectedCalls}");
        }

        var open = (await _world.Disk.QueryAsync(new OrchestrationQuery(PageSize: 10_000))).Values.Where(state => state.IsOpen).ToList();
        if (open.Count > 0 && !_customers.Exists(customer => customer.ChangesItsMind))
            _world.Fail($"left open: {string.Join(", ", open.Select(state => state.InstanceId))}");
        _checked = true;
    }
}

/// <summary>How a run ended.</summary>
internal sealed record Outcome(int Seed, Exception? Failure, long Steps, TimeSpan Elapsed, IReadOnlyList<int> Faults, string Trace);
