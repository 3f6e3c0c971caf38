using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Server;
using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.DurableTask.WorkItems;
using ClaudeCluster.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Server;

/// <summary>Connections break, and nothing is lost or done twice in effect.</summary>
public sealed class TroubledConnectionTests
{
    private const int Sequences = 40;

    private static readonly LocalTaskHubOptions QuickLeases = new()
    {
        WorkersAreElsewhere = true,
        LeaseDuration = TimeSpan.FromSeconds(2),
        GraceAtStart = TimeSpan.FromSeconds(2),
        PollInterval = TimeSpan.FromMilliseconds(200),
    };

    private static readonly RemoteTaskHubOptions Eager = new()
    {
        ReconnectAfter = TimeSpan.FromMilliseconds(20),
        ReconnectAtMostAfter = TimeSpan.FromMilliseconds(200),
        Patience = TestHub.Patience,
        CallTimeout = TimeSpan.FromSeconds(5),
    };

    [Fact]
    public async Task Connections_cut_in_the_middle_of_messages_lose_nothing_and_double_nothing()
    {
        await using var hub = await TestHub.StartAsync(options: QuickLeases);
        await using var proxy = new CuttingProxy(hub.Address, new Random(7));
        hub.StartWorker(AddSequence, hub.Connect(proxy.Address, Eager));
        var client = new DurableTaskClient(hub.Connect(proxy.Address, Eager));

        await RunSequencesAsync(client, hub);

        Assert.True(proxy.Connections > 5, $"Only {proxy.Connections} connections were made.");
    }

    [Fact]
    public async Task A_completion_in_many_parts_arrives_whole_and_once_though_connections_are_cut_between_them()
    {
        await using var hub = await TestHub.StartAsync(options: QuickLeases);
        await using var proxy = new CuttingProxy(hub.Address, new Random(3));
        hub.StartWorker(
            tasks => tasks
                .AddOrchestratorFunc<int>("FanOut", async context =>
                    (await Task.WhenAll(Enumerable.Range(0, 60).Select(i => context.CallActivityAsync<int>("Length", new string('x', 300))))).Sum())
                .AddActivityFunc<string, int>("Length", (_, text) => Task.FromResult(text.Length)),
            hub.Connect(proxy.Address, Eager with { CompletionPartBytes = 1_000 }));
        var client = hub.NewClient();
        for (var run = 0; run < 5; run++)
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync("FanOut");

            var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(TimeSpan.FromMinutes(2));

            Assert.Equal(60 * 300, end.ReadOutputAs<int>());
        }

        Assert.True(proxy.Connections > 5, $"Only {proxy.Connections} connections were made.");
    }

    [Fact]
    public async Task The_last_part_sent_again_completes_with_all_parts()
    {
        var store = new FailingStore();
        await using var hub = await TestHub.StartAsync(store);
        var remote = hub.Connect();
        await hub.NewClient().ScheduleNewOrchestrationInstanceAsync("Flow", null, new StartOrchestrationOptions("flow"));
        await using var items = remote.ReceiveAsync(new WorkerOffer("w", 1, 0, null, null)).GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync());
        var item = Assert.IsType<StepWorkItem>(items.Current);
        OrchestratorAction[] actions = [.. Enumerable.Range(0, 3).Select(id => new OrchestratorAction.SendEvent(id, "elsewhere", new string('x', 100), null))];
        var parts = CompletionParts.Of(new StepCompletion(item, [.. actions, new OrchestratorAction.Complete("\"done\"")], null), mostBytes: 120);
        var calls = new WorkItemCalls(new TaskHubs(new Dictionary<string, LocalTaskHub>(StringComparer.Ordinal) { ["default"] = hub.Hub }), new BackOff(TimeProvider.System), NullLogger.Instance);
        var call = new HubCall("default", HubGrant.Everything, new DefaultHttpContext(), CancellationToken.None);
        foreach (var part in parts.SkipLast(1))
            await calls.CompleteStepAsync(part, call);
        store.Fails = true;
        await Assert.ThrowsAsync<IOException>(() => calls.CompleteStepAsync(parts[^1], call));
        store.Fails = false;

        await calls.CompleteStepAsync(parts[^1], call);

        Assert.Equal(4, parts.Count);
        Assert.Equal([0, 1, 2], (await hub.Hub.ReadHistoryAsync("flow", null).ToListAsync()).OfType<EventSent>().Select(sent => sent.TaskId));
    }

    [Fact]
    public async Task A_worker_whose_cable_is_pulled_loses_its_work_to_another()
    {
        var server = new TaskHubServerOptions { ConnectionPingAfter = TimeSpan.FromSeconds(1), ConnectionPingLimit = TimeSpan.FromSeconds(1) };
        await using var hub = await TestHub.StartAsync(options: QuickLeases, server: server);
        await using var proxy = new CuttingProxy(hub.Address, cuts: null);
        var taken = new TaskCompletionSource();
        hub.StartWorker(
            tasks => tasks.AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Work")));
        // Not drained at the end: its hub cannot be reached any more.
        var lost = RunAloneAsync(hub.Connect(proxy.Address, Eager), tasks => tasks.AddActivityFunc<object?, string>("Work", async (_, _) =>
        {
            taken.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, TestContext.Current.CancellationToken);
            return "never";
        }));
        var client = hub.NewClient();
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await taken.Task.WaitAsync(TestHub.Patience);

        proxy.GoSilent();
        hub.StartWorker(tasks => tasks.AddActivityFunc<object?, string>("Work", (_, _) => Task.FromResult("by another")));

        var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal("by another", end.ReadOutputAs<string>());
        Assert.False(lost.IsCompleted);
    }

    [Fact]
    public async Task An_activity_stays_its_worker_s_while_its_stream_breaks_and_the_hub_is_replaced()
    {
        var store = new MemoryHubStore();
        var port = FreePorts.Take();
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        var runs = 0;
        var first = await TestHub.StartAsync(store, QuickLeases, port: port);
        var remote = new RemoteTaskHub(new HubAddress(first.Address), Eager, TimeProvider.System, new Random(1));
        using var stop = new CancellationTokenSource();
        var worker = RunAloneAsync(
            remote,
            tasks => tasks
                .AddOrchestratorFunc<int>("Flow", context => context.CallActivityAsync<int>("Long"))
                .AddActivityFunc<object?, int>("Long", async (_, _) =>
                {
                    Interlocked.Increment(ref runs);
                    entered.TrySetResult();
                    await leave.Task;
                    return runs;
                }),
            stop.Token);
        var client = new DurableTaskClient(remote);
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await entered.Task.WaitAsync(TestHub.Patience);

        await first.DisposeAsync();
        await using var second = await TestHub.StartAsync(store, QuickLeases, port: port);
        // Longer than the grace and two leases: only renewing keeps it.
        await Task.Delay(TimeSpan.FromSeconds(7), TimeProvider.System, TestContext.Current.CancellationToken);
        leave.SetResult();

        var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(TestHub.Patience);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, 1, 1), (end.RuntimeStatus, end.ReadOutputAs<int>(), runs));
        await stop.CancelAsync();
        await worker.WaitAsync(TestHub.Patience);
        await remote.DisposeAsync();
    }

    [Fact]
    public async Task Two_hundred_workers_join_and_leave_and_leave_nothing_behind()
    {
        await using var hub = await TestHub.StartAsync(options: QuickLeases);
        hub.StartWorker(tasks => tasks.AddOrchestratorFunc<int, int>("Sequence", RunSequenceAsync));
        var client = hub.NewClient();
        var running = RunSequencesAsync(client, hub);
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, cancellation) =>
        {
            await using var remote = new RemoteTaskHub(new HubAddress(hub.Address), Eager, TimeProvider.System, new Random(number));
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var worker = RunAloneAsync(remote, AddPlusOne, leave.Token);
            await Task.Delay(TimeSpan.FromMilliseconds(number % 5 * 20), TimeProvider.System, cancellation);
            await leave.CancelAsync();
            await worker;
        });
        hub.StartWorker(AddPlusOne);

        await running;

        // The last one may have had nothing left to do, and still be on its way.
        using var limit = new CancellationTokenSource(TestHub.Patience);
        while (hub.Hub.ConnectedWorkers != 2)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
    }

    [Fact]
    public async Task A_silent_stream_says_that_it_lives_and_one_that_does_not_is_opened_again()
    {
        await using var hub = await TestHub.StartAsync(server: new TaskHubServerOptions { PingInterval = TimeSpan.FromMilliseconds(20) });
        await using var proxy = new CuttingProxy(hub.Address, cuts: null);
        var remote = hub.Connect(proxy.Address, Eager with { SilenceLimit = TimeSpan.FromMilliseconds(500) });
        hub.StartWorker(AddSequence, remote);
        var id = await hub.NewClient().ScheduleNewOrchestrationInstanceAsync("Sequence", 1);
        await hub.NewClient().WaitForInstanceCompletionAsync(id).WaitAsync(TestHub.Patience);
        var quiet = proxy.Connections;
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal(quiet, proxy.Connections);
    }

    private static async Task RunSequencesAsync(DurableTaskClient client, TestHub hub)
    {
        var ids = Enumerable.Range(0, Sequences).Select(n => $"sequence-{n}").ToList();
        await Parallel.ForEachAsync(ids, async (id, cancellation) =>
        {
            while (true)
            {
                try
                {
                    await client.ScheduleNewOrchestrationInstanceAsync("Sequence", 0, new StartOrchestrationOptions(id), cancellation);
                    return;
                }
                catch (OrchestrationAlreadyExistsException)
                {
                    // The first attempt arrived, only its answer did not.
                    return;
                }
                catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
                {
                    // Whether it arrived is not known: the id makes asking again safe.
                }
            }
        });
        foreach (var id in ids)
        {
            var end = await client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(TimeSpan.FromMinutes(2));
            Assert.Equal((OrchestrationRuntimeStatus.Completed, 5), (end.RuntimeStatus, end.ReadOutputAs<int>()));
            var history = await hub.Hub.ReadHistoryAsync(id, null).ToListAsync();
            Assert.Equal(5, history.OfType<TaskScheduled>().Count());
            Assert.Equal(5, history.OfType<TaskCompleted>().Count());
        }
    }

    private static void AddSequence(DurableTaskRegistry tasks)
    {
        tasks.AddOrchestratorFunc<int, int>("Sequence", RunSequenceAsync);
        AddPlusOne(tasks);
    }

    private static void AddPlusOne(DurableTaskRegistry tasks) => tasks.AddActivityFunc<int, int>("PlusOne", (_, number) => Task.FromResult(number + 1));

    private static async Task<int> RunSequenceAsync(TaskOrchestrationContext context, int number)
    {
        for (var i = 0; i < 5; i++)
            number = await context.CallActivityAsync<int>("PlusOne", number);
        return number;
    }

    private static Task RunAloneAsync(RemoteTaskHub hub, Action<DurableTaskRegistry> addTasks, CancellationToken cancellation = default)
    {
        var registry = new DurableTaskRegistry();
        addTasks(registry);
        var worker = new DurableTaskWorker(
            hub, registry, new ServiceCollection().BuildServiceProvider(), new DurableTaskWorkerOptions { WorkerId = "alone" }, TimeProvider.System);
        return Task.Run(() => worker.RunAsync(cancellation), CancellationToken.None);
    }
}
