using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ClaudeCluster.DurableTask.Tests.Hosting;

public sealed class HostingTests
{
    [Fact]
    public async Task Hub_workers_and_client_come_from_the_services_and_activities_get_theirs_injected()
    {
        using var folder = new TestFolder();
        var services = new ServiceCollection()
            .AddSingleton(new Greeting("hello"))
            .AddDurableTaskWorker(new DurableTaskWorkerOptions { WorkerId = "steps" }, tasks => tasks.AddOrchestrator<GreetAll>())
            .AddDurableTaskHub(_ => new SqliteHubStore(folder.File("hub.db")))
            .AddDurableTaskClient()
            .AddDurableTaskWorker(new DurableTaskWorkerOptions { WorkerId = "activities" }, tasks => tasks.AddActivity<Greet>());
        await using var provider = services.BuildServiceProvider();
        var hosted = provider.GetServices<IHostedService>().ToList();
        foreach (var service in hosted.OfType<IHostedLifecycleService>())
            await service.StartingAsync(CancellationToken.None);
        foreach (var service in hosted)
            await service.StartAsync(CancellationToken.None);

        var client = provider.GetRequiredService<DurableTaskClient>();
        var id = await client.ScheduleNewOrchestrationInstanceAsync(nameof(GreetAll), new[] { "Ada", "Bob" });
        var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(Cluster.Patience);

        Assert.Equal("hello Ada, hello Bob", end.ReadOutputAs<string>());
        foreach (var service in hosted.AsEnumerable().Reverse())
            await service.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_client_over_a_reader_looks_and_does_not_touch()
    {
        using var folder = new TestFolder();
        var path = folder.File("hub.db");
        await using var cluster = await Cluster.OpenAsync(new SqliteHubStore(path));
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Flow", _ => Task.FromResult("done")));
        var end = await cluster.RunAsync("Flow");

        using var reader = SqliteHubReader.Open(path);
        var client = new DurableTaskClient(new ReadOnlyTaskHub(reader));

        Assert.Equal("done", (await client.GetInstanceAsync(end.InstanceId, getInputsAndOutputs: true))!.ReadOutputAs<string>());
        Assert.Equal(3, (await client.GetOrchestrationHistoryAsync(end.InstanceId)).Count);
        Assert.Single(await client.GetAllInstancesAsync().ToListAsync());
        await Assert.ThrowsAsync<NotSupportedException>(() => client.TerminateInstanceAsync(end.InstanceId));
    }

    [Fact]
    public async Task A_reader_refuses_whatever_would_touch()
    {
        await using var store = new MemoryHubStore();
        var hub = new ReadOnlyTaskHub(store);
        var item = new StepWorkItem("i", "x", "token", [], null!);
        var activity = new ActivityWorkItem("i", "x", "token", 0, "A", default, null, InstanceState.NoTags);
        Func<object>[] touches =
        [
            () => hub.ReceiveAsync(new WorkerOffer("w", 1, 1, null, null)),
            () => hub.CompleteAsync(new StepCompletion(item, [], null)),
            () => hub.CompleteAsync(new ActivityCompletion(activity, null, null)),
            () => hub.AbandonAsync(item),
            () => ((ITaskHub)hub).RefuseAsync(item),
            () => hub.StartAsync(new StartRequest("Flow", null, null)),
            () => hub.WaitAsync("i", Until.Completed, payloads: false),
            () => hub.RequestAsync("i", new InstanceRequest.Terminate(null)),
            () => hub.RestartAsync("i", withNewId: true),
            () => hub.PurgeAsync(new PurgeRequest("i", null)),
        ];

        Assert.All(touches, touch => Assert.Contains("for reading only", Assert.Throws<NotSupportedException>(touch).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_name_is_registered_once_whatever_its_case()
    {
        var registry = new DurableTaskRegistry().AddActivity<Greet>();

        Assert.Contains("'GREET'", Assert.Throws<ArgumentException>(() => registry.AddActivity<Greet>("GREET")).Message, StringComparison.Ordinal);
    }

    public sealed record Greeting(string Word);

    public sealed class GreetAll : TaskOrchestrator<string[], string>
    {
        public override async Task<string> RunAsync(TaskOrchestrationContext context, string[] input) =>
            string.Join(", ", await Task.WhenAll(input.Select(name => context.CallActivityAsync<string>(nameof(Greet), name))));
    }

    public sealed class Greet(Greeting greeting) : TaskActivity<string, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, string input) => Task.FromResult($"{greeting.Word} {input}");
    }
}
