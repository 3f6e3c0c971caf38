using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Sdk;

/// <summary>Our worker and client on a hub of another make: the JavaScript SDK's own back end, behind grpc-js.</summary>
public sealed class ForeignHubTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new();
    private readonly NodeProcess _node = NodeProcess.Start(null, "sidecar.mjs");
    private RemoteTaskHub? _hub;
    private Task _worker = Task.CompletedTask;

    private DurableTaskClient Client => new(_hub!);

    public async ValueTask InitializeAsync()
    {
        await _node.ReadyAsync();
        _hub = new RemoteTaskHub(new HubAddress(_node.Address!), new RemoteTaskHubOptions(), TimeProvider.System, new Random(1));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _worker.WaitAsync(TestHub.Patience);
        await _hub!.DisposeAsync();
        await _node.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_sequence_a_fan_out_and_a_sub_orchestration()
    {
        Work(tasks => tasks
            .AddActivityFunc<int, int>("PlusOne", (_, number) => Task.FromResult(number + 1))
            .AddOrchestratorFunc<int, int>("Sequence", async (context, number) =>
            {
                for (var i = 0; i < 5; i++)
                    number = await context.CallActivityAsync<int>("PlusOne", number);
                return number;
            })
            .AddOrchestratorFunc<int, int>("FanOut", async (context, width) =>
                (await Task.WhenAll(Enumerable.Range(0, width).Select(i => context.CallActivityAsync<int>("PlusOne", i)))).Sum())
            .AddOrchestratorFunc<int>("Parent", async context =>
                await context.CallSubOrchestratorAsync<int>("Sequence", await context.CallSubOrchestratorAsync<int>("FanOut", 10))));

        Assert.Equal(60, (await RunAsync("Parent")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Timers_events_and_a_custom_status()
    {
        Work(tasks => tasks.AddOrchestratorFunc<string>("Flow", async context =>
        {
            await context.CreateTimer(TimeSpan.FromMilliseconds(50), CancellationToken.None);
            context.SetCustomStatus("listening");
            return await context.WaitForExternalEvent<string>("word");
        }));
        var id = await Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await Client.RaiseEventAsync(id, "word", "heard");

        var end = await EndOfAsync(id);

        Assert.Equal(("heard", "listening"), (end.ReadOutputAs<string>(), end.ReadCustomStatusAs<string>()));
    }

    [Fact]
    public async Task Continue_as_new_carries_events_that_nobody_waited_for()
    {
        Work(tasks => tasks.AddOrchestratorFunc<string, string>("Flow", async (context, heard) =>
        {
            heard += await context.WaitForExternalEvent<string>("word");
            if (heard.Length == 3)
                return heard;
            context.ContinueAsNew(heard);
            return heard;
        }));
        var id = await Client.ScheduleNewOrchestrationInstanceAsync("Flow", string.Empty);
        foreach (var word in new[] { "a", "b", "c" })
            await Client.RaiseEventAsync(id, "word", word);

        Assert.Equal("abc", (await EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_suspended_orchestration_hears_nothing_until_it_is_resumed()
    {
        Work(tasks => tasks.AddOrchestratorFunc<string>("Flow", async context =>
        {
            var word = await context.WaitForExternalEvent<string>("word");
            context.SetCustomStatus($"heard {word}");
            return word + await context.WaitForExternalEvent<string>("word");
        }));
        var id = await Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await Client.WaitForInstanceStartAsync(id).WaitAsync(TestHub.Patience);
        await Client.SuspendInstanceAsync(id);
        await Client.RaiseEventAsync(id, "word", "one");
        Assert.Null((await Client.GetInstanceAsync(id, getInputsAndOutputs: true))!.ReadCustomStatusAs<string>());
        await Client.ResumeInstanceAsync(id);
        await Client.RaiseEventAsync(id, "word", "two");

        Assert.Equal("onetwo", (await EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Terminate_failures_and_retries()
    {
        var attempts = 0;
        Work(tasks => tasks
            .AddOrchestratorFunc<string>("Waits", context => context.WaitForExternalEvent<string>("never"))
            .AddOrchestratorFunc<int>("Retries", context => context.CallActivityAsync<int>("Flaky", null, TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromMilliseconds(10)))))
            .AddOrchestratorFunc<int>("Fails", context => context.CallActivityAsync<int>("Unknown"))
            .AddActivityFunc<object?, int>("Flaky", (_, _) => ++attempts < 3 ? throw new InvalidOperationException("not yet") : Task.FromResult(attempts)));
        var id = await Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await Client.TerminateInstanceAsync(id, "enough");

        var end = await EndOfAsync(id);

        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (end.RuntimeStatus, end.ReadOutputAs<string>()));
        Assert.Equal(3, (await RunAsync("Retries")).ReadOutputAs<int>());
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await RunAsync("Fails")).RuntimeStatus);
        Assert.Equal(1, (await Client.PurgeInstanceAsync(id)).PurgedInstanceCount);
        Assert.Null(await Client.GetInstanceAsync(id));
    }

    private void Work(Action<DurableTaskRegistry> addTasks)
    {
        var registry = new DurableTaskRegistry();
        addTasks(registry);
        var worker = new DurableTaskWorker(_hub!, registry, new ServiceCollection().BuildServiceProvider(), new DurableTaskWorkerOptions { WorkerId = "ours" }, TimeProvider.System);
        _worker = Task.Run(() => worker.RunAsync(_stop.Token));
    }

    private async Task<OrchestrationMetadata> RunAsync(TaskName name) => await EndOfAsync(await Client.ScheduleNewOrchestrationInstanceAsync(name));

    private Task<OrchestrationMetadata> EndOfAsync(string id) => Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(TestHub.Patience);
}
