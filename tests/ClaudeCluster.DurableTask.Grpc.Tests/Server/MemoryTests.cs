using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Worker;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Server;

/// <summary>What workers that come, go, or do not listen cost the hub. Alone, because what other tests hold would be counted too.</summary>
[Collection(nameof(Alone))]
public sealed class MemoryTests(ITestOutputHelper output) : IDisposable
{
    private const int Payloads = 200;
    private const int PayloadBytes = 250_000;
    private const int Room = 20;

    // What is given to a worker is kept until it is completed, as text of two bytes per character; the rest is one message on its way.
    private const int MostBytes = (Room * PayloadBytes * 2) + 5_000_000;

    private static readonly LocalTaskHubOptions QuickLeases = new()
    {
        WorkersAreElsewhere = true,
        LeaseDuration = TimeSpan.FromSeconds(2),
        GraceAtStart = TimeSpan.FromSeconds(2),
        PollInterval = TimeSpan.FromMilliseconds(200),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("claude-cluster-memory-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_worker_that_does_not_read_holds_up_nobody_and_takes_no_more_memory_than_its_room_holds()
    {
        await using var hub = await TestHub.StartAsync(new SqliteHubStore(Path.Combine(_folder, "hub.db")), QuickLeases);
        hub.StartWorker(tasks => tasks.AddOrchestratorFunc<int, int>("Flow", (context, number) => context.CallActivityAsync<int>("Length", new string((char)('a' + (number % 26)), PayloadBytes))));
        var client = hub.NewClient();
        for (var number = 0; number < Payloads; number++)
            await client.ScheduleNewOrchestrationInstanceAsync("Flow", number, new StartOrchestrationOptions($"flow-{number}"));
        await UntilAsync(async () => await client.GetAllInstancesAsync().AllAsync(flow => flow.RuntimeStatus == OrchestrationRuntimeStatus.Running, TestContext.Current.CancellationToken));
        var before = GC.GetTotalMemory(forceFullCollection: true);

        using var deaf = new SocketsHttpHandler();
        using var stream = await OpenStreamAsync(deaf, hub.Address, room: Room);
        await UntilAsync(() => Task.FromResult(hub.Hub.ConnectedWorkers == 2));
        // Long enough for a hub that does not wait for its reader to send everything.
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, TestContext.Current.CancellationToken);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine($"A deaf worker with room for {Room} of {Payloads} activities of {PayloadBytes} bytes took {grown / 1_000_000.0:0.0} MB.");
        // Until it goes, what it was given is its own; what it was not given goes to others at once.
        hub.StartWorker(tasks => tasks.AddActivityFunc<string, int>("Length", (_, text) => Task.FromResult(text.Length)));
        await UntilAsync(async () => await client.GetAllInstancesAsync().CountAsync(flow => flow.RuntimeStatus == OrchestrationRuntimeStatus.Completed, TestContext.Current.CancellationToken) > 0);
        stream.Dispose();

        for (var number = 0; number < Payloads; number++)
        {
            var end = await client.WaitForInstanceCompletionAsync($"flow-{number}", getInputsAndOutputs: true).WaitAsync(TestHub.Patience);
            Assert.Equal(PayloadBytes, end.ReadOutputAs<int>());
        }

        Assert.True(grown < MostBytes, $"It took {grown} bytes.");
    }

    [Fact]
    public async Task Workers_that_joined_and_left_leave_no_memory_behind()
    {
        await using var hub = await TestHub.StartAsync(options: QuickLeases);
        await JoinAndLeaveAsync(hub, 200);
        var afterTwoHundred = GC.GetTotalMemory(forceFullCollection: true);

        await JoinAndLeaveAsync(hub, 200);

        await UntilAsync(() => Task.FromResult(hub.Hub.ConnectedWorkers == 0));
        var grown = GC.GetTotalMemory(forceFullCollection: true) - afterTwoHundred;
        output.WriteLine($"200 more workers left {grown / 1000.0:0} kB.");
        Assert.True(grown < 200 * 10_000, $"200 more workers left {grown} bytes.");
    }

    private static Task JoinAndLeaveAsync(TestHub hub, int workers) =>
        Parallel.ForEachAsync(Enumerable.Range(0, workers), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, cancellation) =>
        {
            await using var remote = new RemoteTaskHub(new HubAddress(hub.Address), new RemoteTaskHubOptions(), TimeProvider.System, new Random(number));
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var registry = new DurableTaskRegistry().AddActivityFunc<int, int>("PlusOne", (_, value) => Task.FromResult(value + 1));
            var worker = new DurableTaskWorker(
                remote, registry, new ServiceCollection().BuildServiceProvider(), new DurableTaskWorkerOptions { WorkerId = $"guest-{number}" }, TimeProvider.System);
            var running = worker.RunAsync(leave.Token);
            var client = new DurableTaskClient(remote);
            // An answer on the same connection: by then the stream is there, or about to be.
            await client.GetInstanceAsync("nobody", getInputsAndOutputs: false, cancellation);
            await leave.CancelAsync();
            await running;
        });

    /// <summary>Asks for work, and never reads what comes.</summary>
    private static async Task<HttpResponseMessage> OpenStreamAsync(SocketsHttpHandler handler, Uri hub, int room)
    {
        var message = new Proto.GetWorkItemsRequest { MaxConcurrentActivityWorkItems = room, WorkItemFilters = new() };
        message.WorkItemFilters.Activities.Add(new Proto.ActivityFilter { Name = "Length" });
        var body = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), body.Length - 5);
        message.WriteTo(body.AsSpan(5));
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(hub, "/TaskHubSidecarService/GetWorkItems"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var http = new HttpClient(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TestHub.Patience);
        while (!await condition())
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
    }

    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;
}
