using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Simulation.Bugs;
using ClaudeCluster.DurableTask.Simulation.Cast;

namespace ClaudeCluster.DurableTask.Simulation;

// Simulation: a year of bad luck in a second, and the same bad luck again when it is asked for.
//
//                    ┌───────────────── one thread, one seed, virtual time ─────────────────┐
//   customer-1 ──┐   │                                                                      │
//   customer-2 ──┼── wire ──► hub process ──► faulty store ──► planted bug? ──► audit ──► disk
//   worker-1 ────┤    lost     dies at any     full, slow,                     every     (memory)
//   worker-2 ────┘    late     moment, opens   silent, or                      commit
//                     twice    again           dead at the commit
//                              (or several, whose clocks differ, on the one disk)
//
// Hub, workers and clients are the real ones. Each lives in a process of its own (SimProcess), which is the context to which its awaits
// return; the scheduler runs what is ready in an order drawn from the seed, and moves the clock only when nothing is. So a run is a
// function of its seed: whatever goes wrong, goes wrong again, with a trace. A process that is killed loses its continuations where they
// stand. What comes back on another thread has escaped from all this, and is a failure by itself.
//
// The seed also writes the programs (ProgramWriter) and a small interpreter says what they mean (Reference). It casts the players
// (Casting): workers of one release or of two, by their rules or by what they have registered; customers who suspend, terminate, restart,
// or repair the world and rewind. Checked are, always: the end of each program and what it wrote; each activity call's effect, once,
// however often it ran; that no event is lost or overtaken; each commit against the history that it continues (Audit); each step against
// a replay from nothing, and that its worker takes its version (ColdReplay); and that all comes to an end once the faults are over: a run
// in which nothing more happens, though somebody waits, is stuck.

/// <summary>One run.</summary>
internal sealed class Simulation : IDisposable
{
    private const long MostSteps = 500_000;
    private static readonly TimeSpan Patience = TimeSpan.FromHours(3);
    private readonly World _world;
    private readonly Casting _cast;
    private bool _checked;

    private Simulation(int seed, bool traces, PlantedBug? bug)
    {
        _world = new World(seed, traces, bug);
        _cast = new Casting(_world, World.Chance(seed, 3));
    }

    public static Outcome Run(int seed, bool traces = false, PlantedBug? bug = null)
    {
        using var simulation = new Simulation(seed, traces, bug);
        return simulation.Run(seed);
    }

    public void Dispose() => _world.Dispose();

    private Outcome Run(int seed)
    {
        _cast.Begin();
        RunUntil(() => _cast.Customers.All(customer => customer.IsDone));
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
                _world.FailAsStuck("nothing is ready and no timer is set");
            else if (_world.Time.Elapsed - _world.LastProgress > Patience)
                _world.FailAsStuck("nothing was written for three hours");
            else if (_world.Scheduler.Steps > MostSteps)
                _world.FailAsStuck("it goes round and round");
        }
    }

    private async Task CheckEndAsync()
    {
        foreach (var customer in _cast.Customers)
        {
            var state = (await _world.Disk.ReadInstanceAsync(customer.Id))!;
            var folded = new InstanceState(customer.Id, string.Empty, string.Empty).Apply(await _world.Disk.ReadHistoryAsync(customer.Id, state.ExecutionId));
            if ((folded.Status, folded.Output) != (state.Status, state.Output))
                _world.Fail($"the row of {customer.Id} is not the fold of its history");
            var calls = _cast.Outside.Calls(customer.Id);
            if (calls != customer.ExpectedCalls && !(customer.ChangesItsMind && calls < customer.ExpectedCalls))
                _world.Fail($"{customer.Id} made {calls} calls instead of {customer.ExpectedCalls}");
        }

        var open = (await _world.Disk.QueryAsync(new OrchestrationQuery(PageSize: 10_000))).Values.Where(state => state.IsOpen).ToList();
        if (open.Count > 0 && !_cast.Customers.Any(customer => customer.ChangesItsMind))
            _world.Fail($"left open: {string.Join(", ", open.Select(state => state.InstanceId))}");
        _checked = true;
    }
}

/// <summary>How a run ended.</summary>
internal sealed record Outcome(int Seed, Exception? Failure, long Steps, TimeSpan Elapsed, IReadOnlyList<int> Faults, string Trace);
