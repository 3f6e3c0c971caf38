using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Simulation.Machine;
using ClaudeCluster.DurableTask.Simulation.Programs;
using ClaudeCluster.DurableTask.Worker;

namespace ClaudeCluster.DurableTask.Simulation.Cast;

/// <summary>Who plays in a run: one hub or several on one disk, workers of one release or of two, and customers with their programs.</summary>
internal sealed class Casting
{
    private readonly World _world;
    private readonly Random _chance;
    private readonly bool _areRemote;
    private readonly bool _hasVersions;
    private readonly List<HubHost> _hosts = [];
    private readonly List<WorkerHost> _workers = [];
    private readonly List<Customer> _customers = [];

    public Casting(World world, Random chance)
    {
        (_world, _chance) = (world, chance);
        _areRemote = chance.Next(3) > 0;
        _hasVersions = chance.Next(4) == 0;
        AddHubs(chance.Next(4) == 0 ? chance.Next(2, 4) : 1);
        Outside = new Outside(world, new Wire(world, _hosts));
        for (var number = 1; number <= chance.Next(1, 4); number++)
            AddCustomer($"flow-{number}");
        AddWorkers(new ProgramTasks(Outside));
    }

    public Outside Outside { get; }

    public IReadOnlyList<Customer> Customers => _customers;

    public void Begin()
    {
        foreach (var (host, index) in _hosts.Select((host, index) => (host, index)))
        {
            if (!_areRemote)
                host.OnOpen = hub => WorkersOf(index).ForEach(worker => worker.StartInside(host.Process, hub));
            host.Start();
        }

        if (_areRemote)
            _workers.ForEach(worker => worker.StartRemote());
        Chaos.Begin(_world, _hosts, _workers, _areRemote);
        _customers.ForEach(customer => customer.Begin());
    }

    private List<WorkerHost> WorkersOf(int host) => [.. _workers.Where((_, index) => index % _hosts.Count == host)];

    private void AddHubs(int count)
    {
        var options = new LocalTaskHubOptions
        {
            Ids = _world,
            MaximumDeliveries = 1_000,
            OwnsStore = count == 1,
            // Without the net: whoever is not woken must not be found by looking. But nobody wakes who waits at one hub for what ends at another.
            PollInterval = count > 1 || _chance.Next(4) == 0 ? TimeSpan.FromSeconds(10) : TimeSpan.FromDays(30),
        };
        for (var number = 1; number <= count; number++)
        {
            var skew = number == 1 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(_chance.Next(-20_000, 20_000));
            _hosts.Add(new HubHost(_world, $"hub-{number}", _world.Store, new SkewedTime(_world.Time, skew), options));
        }
    }

    private void AddCustomer(string id)
    {
        var habits = _chance.Next(8) switch { 0 => Habits.Terminates, 1 => Habits.Restarts, _ => Habits.Waits };
        var breaks = _chance.Next(4) == 0;
        var run = new Run(id, new ProgramWriter(_chance, breaks).NewProgram())
        {
            HearsAgain = breaks || habits == Habits.Restarts,
            HasVersions = _hasVersions,
        };
        _customers.Add(new Customer(_world, Outside, new Wire(_world, _hosts), run, habits));
    }

    private void AddWorkers(ProgramTasks tasks)
    {
        var splits = !_hasVersions && _chance.Next(3) == 0;
        var count = splits ? 2 : _hasVersions ? _chance.Next(2, 5) : _chance.Next(1, 4);
        for (var number = 1; number <= count; number++)
        {
            var release = _hasVersions
                ? Release.OfVersion(number > 2 ? $"{_chance.Next(1, 3)}" : $"{number}", tasks, _chance)
                : Release.WithoutVersion(tasks, orchestrators: !splits || number == 1, activities: !splits || number == 2);
            var options = new DurableTaskWorkerOptions
            {
                WorkerId = $"worker-{number}",
                MaximumConcurrentOrchestrations = _chance.Next(1, 5),
                MaximumConcurrentActivities = _chance.Next(1, 5),
                DrainTimeout = TimeSpan.FromSeconds(_chance.Next(3) == 0 ? 600 : 10),
            };
            _workers.Add(new WorkerHost(_world, _hosts, options, release));
        }
    }
}
