using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Simulation.Machine;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask.Simulation;

public sealed class DrainTests : IDisposable
{
    private static readonly IServiceProvider NoServices = new ServiceCollection().BuildServiceProvider();
    private readonly VirtualTime _time = new();
    private readonly Scheduler _scheduler;
    private int _runs;

    public DrainTests() => _scheduler = new Scheduler(new Random(1), _time);

    public void Dispose() => _scheduler.Dispose();

    [Fact]
    public void A_drain_that_takes_longer_than_a_lease_lasts_loses_no_work()
    {
        OrchestrationMetadata? end = null;
        new SimProcess("all", _scheduler).Begin(async () => end = await DrainAsync(TimeSpan.FromMinutes(10)));
        while (end is null && _scheduler.Failure is null)
            Assert.True(_scheduler.Step());

        Assert.Null(_scheduler.Failure);
        Assert.Equal(("once", 1), (end!.ReadOutputAs<string>(), _runs));
    }

    /// <summary>An activity takes so long; its worker is told to stop, and another one is there that would take what it loses.</summary>
    private async Task<OrchestrationMetadata> DrainAsync(TimeSpan length)
    {
        await using var hub = new LocalTaskHub(new MemoryHubStore(), _time);
        await hub.OpenAsync();
        using var stop = new CancellationTokenSource();
        using var stopOther = new CancellationTokenSource();
        var first = NewWorker(hub, "first", length).RunAsync(stop.Token);
        var client = new DurableTaskClient(hub);
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await _time.DelayAsync(TimeSpan.FromSeconds(1));
        stop.Cancel();
        var other = NewWorker(hub, "other", length).RunAsync(stopOther.Token);

        var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true);
        stopOther.Cancel();
        await Task.WhenAll(first, other);
        return end;
    }

    private DurableTaskWorker NewWorker(LocalTaskHub hub, string id, TimeSpan length)
    {
        var tasks = new DurableTaskRegistry()
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Long"))
            .AddActivityFunc<object?, string>("Long", async (_, _) =>
            {
                _runs++;
                await _time.DelayAsync(length);
                return "once";
            });
        return new DurableTaskWorker(hub, tasks, NoServices, new DurableTaskWorkerOptions { WorkerId = id, DrainTimeout = length * 2 }, _time);
    }
}
