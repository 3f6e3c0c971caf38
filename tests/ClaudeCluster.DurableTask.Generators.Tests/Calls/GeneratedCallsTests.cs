using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask.Generators.Tests.Calls;

/// <summary>This project's own compiler has the generator: what follows calls what it wrote, on the real engine.</summary>
public sealed class GeneratedCallsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_order_is_paid_packed_and_shipped_by_generated_calls_alone()
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var hub = new LocalTaskHub(new MemoryHubStore(), TimeProvider.System);
        await hub.OpenAsync();
        using var stop = new CancellationTokenSource();
        var worker = new DurableTaskWorker(hub, new DurableTaskRegistry().AddAllGeneratedTasks(), services, new DurableTaskWorkerOptions { WorkerId = "worker" }, TimeProvider.System);
        var working = Task.Run(() => worker.RunAsync(stop.Token));
        var client = new DurableTaskClient(hub);

        var id = await client.ScheduleNewShipOrderInstanceAsync(new Order("o-1", Copies: 2), new StartOrchestrationOptions("order-1"));
        await client.RaisePaidAsync(id, new Paid(12.5m));
        var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(Patience);

        Assert.Equal(("order-1", "ShipOrder"), (id, end.Name));
        Assert.Equal("o-1 ×2 for 12.5, parcel of o-1 ×2", end.ReadOutputAs<string>());
        await stop.CancelAsync();
        await working.WaitAsync(Patience);
    }

    [Fact]
    public void All_generated_tasks_are_registered_under_their_names()
    {
        var registry = new DurableTaskRegistry().AddAllGeneratedTasks();

        Assert.Equal(["MakeParcel", "ShipOrder"], registry.Orchestrators.Select(name => name.Name).Order());
        Assert.Equal(["pack-it"], registry.Activities.Select(name => name.Name));
    }

    [Fact]
    public void A_class_is_registered_under_the_name_of_its_attribute() =>
        Assert.Equal(["pack-it"], new DurableTaskRegistry().AddActivity<Pack>().Activities.Select(name => name.Name));
}

public sealed record Order(string Id, int Copies);

[DurableEvent]
public sealed record Paid(decimal Amount);

[DurableTask]
public sealed class ShipOrder : TaskOrchestrator<Order, string>
{
    public override async Task<string> RunAsync(TaskOrchestrationContext context, Order input)
    {
        var paid = await context.WaitForPaidAsync(TimeSpan.FromDays(30));
        var packed = await context.CallPackAsync(input);
        var parcel = await context.CallMakeParcelV2Async(packed, new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-parcel"));
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{packed} for {paid.Amount}, {parcel}");
    }
}

[DurableTask("MakeParcel", Version = "1")]
public sealed class MakeParcelOfPaper : TaskOrchestrator<string, string>
{
    public override Task<string> RunAsync(TaskOrchestrationContext context, string input) => Task.FromResult($"paper around {input}");
}

[DurableTask(Version = "2")]
public sealed class MakeParcel : TaskOrchestrator<string, string>
{
    public override Task<string> RunAsync(TaskOrchestrationContext context, string input) => Task.FromResult($"parcel of {input}");
}

[DurableTask("pack-it")]
internal sealed class Pack : TaskActivity<Order, string>
{
    internal static readonly TaskOptions CallOptions = TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(1)));

    private static int _attempts;

    /// <summary>The first try fails, so that the call is seen to use <see cref="CallOptions"/>.</summary>
    public override Task<string> RunAsync(TaskActivityContext context, Order input) =>
        Interlocked.Increment(ref _attempts) == 1 ? throw new InvalidOperationException("not yet") : Task.FromResult($"{input.Id} ×{input.Copies}");
}
