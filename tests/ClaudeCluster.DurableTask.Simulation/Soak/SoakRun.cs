using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Simulation.Faults;
using ClaudeCluster.DurableTask.Simulation.Machine;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask.Simulation.Soak;

/// <summary>
/// Many virtual hours of an ordinary day: so many small flows begin in each minute, each with an activity, a timer and an event, and are
/// purged an hour after. The store may have threads of its own; then virtual time waits for it.
/// </summary>
internal sealed class SoakRun : IDisposable
{
    private static readonly IServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();
    private readonly VirtualTime _time = new();
    private readonly Scheduler _scheduler;
    private readonly SimProcess _process;
    private readonly LocalTaskHub _hub;
    private readonly DurableTaskClient _client;
    private readonly Func<long> _storedBytes;
    private bool _done;

    /// <param name="store">Whatever is to be soaked.</param>
    /// <param name="storedBytes">How much it takes on the disk.</param>
    public SoakRun(ITaskHubStore store, Func<long> storedBytes)
    {
        _storedBytes = storedBytes;
        _scheduler = new Scheduler(new Random(1), _time, waitsForOutside: store is not MemoryHubStore);
        _process = new SimProcess("soak", _scheduler);
        _hub = new LocalTaskHub(new Outside(store, _scheduler), _time);
        _client = new DurableTaskClient(_hub);
    }

    /// <summary>One line for each hour.</summary>
    public List<Hour> Hours { get; } = [];

    public void Run(int hours, int perMinute)
    {
        _process.Begin(() => LiveAsync(hours, perMinute));
        while (!_done && _scheduler.Failure is null)
        {
            if (!_scheduler.Step())
                throw new SimulationException("stuck: nothing is ready and no timer is set");
        }

        if (_scheduler.Failure is { } failure)
            throw failure;
    }

    public void Dispose() => _scheduler.Dispose();

    private async Task LiveAsync(int hours, int perMinute)
    {
        await _hub.OpenAsync();
        using var stop = new CancellationTokenSource();
        var worker = new DurableTaskWorker(_hub, Tasks(), NoServices, new DurableTaskWorkerOptions { WorkerId = "worker" }, _time);
        var working = worker.RunAsync(stop.Token);
        for (var minute = 1; minute <= hours * 60; minute++)
        {
            foreach (var id in Enumerable.Range(0, perMinute).Select(number => $"flow-{minute}-{number}").ToList())
                _process.Begin(() => VisitAsync(id));
            await _time.DelayAsync(TimeSpan.FromMinutes(1));
            await _client.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: _time.GetUtcNow() - TimeSpan.FromHours(1)));
            if (minute % 60 == 0)
                Hours.Add(await MeasureAsync(minute / 60));
        }

        stop.Cancel();
        await working;
        await _hub.DisposeAsync();
        _done = true;
    }

    private static DurableTaskRegistry Tasks() => new DurableTaskRegistry()
        .AddActivityFunc<int, int>("Next", (_, number) => number + 1)
        .AddOrchestratorFunc<int, int>("Small", async (context, number) =>
        {
            number = await context.CallActivityAsync<int>("Next", number);
            await context.CreateTimer(TimeSpan.FromSeconds(40), CancellationToken.None);
            return number + await context.WaitForExternalEvent<int>("More");
        });

    private async Task VisitAsync(string id)
    {
        await _client.ScheduleNewOrchestrationInstanceAsync("Small", 1, new StartOrchestrationOptions(id));
        await _time.DelayAsync(TimeSpan.FromSeconds(20));
        await _client.RaiseEventAsync(id, "More", 40);
        var end = await _client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
        if (end.ReadOutputAs<int>() != 42)
            throw new SimulationException($"{end}: {end.SerializedOutput}");
    }

    private async Task<Hour> MeasureAsync(int hour)
    {
        var rows = 0;
        await foreach (var _ in _client.GetAllInstancesAsync(new OrchestrationQuery(PageSize: 1_000)))
            rows++;
        return new Hour(hour, GC.GetTotalMemory(forceFullCollection: true), rows, _storedBytes());
    }

    /// <summary>A store that answers from other threads.</summary>
    private sealed class Outside(ITaskHubStore inner, Scheduler scheduler) : StoreDecorator(inner)
    {
        protected override Task<T> AroundAsync<T>(string what, Func<Task<T>> call, bool writes = false) => scheduler.FromOutsideAsync(call);
    }
}

/// <summary>What a store and a process hold at the end of an hour.</summary>
internal sealed record Hour(int Number, long HeapBytes, int Rows, long StoredBytes);
