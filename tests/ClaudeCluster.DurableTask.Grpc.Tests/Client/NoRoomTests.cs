using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using ClaudeCluster.DurableTask.WorkItems;
using Google.Protobuf.WellKnownTypes;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Client;

/// <summary>A worker with room for nothing, or for one kind only, at a hub of another make, where a room of 0 is one without limit.</summary>
public sealed class NoRoomTests : IAsyncLifetime
{
    private static readonly WorkerOffer Nothing = new("w", 0, 0, null, null);

    private static readonly RemoteTaskHubOptions Eager = new() { ReconnectAfter = TimeSpan.FromMilliseconds(20) };

    private ScriptedHub? _hub;

    public async ValueTask InitializeAsync()
    {
        _hub = await ScriptedHub.StartAsync();
        _hub.On("Hello", new Empty());
        _hub.On("AbandonTaskOrchestratorWorkItem", new Proto.AbandonOrchestrationTaskResponse());
    }

    public ValueTask DisposeAsync() => _hub!.DisposeAsync();

    [Fact]
    public async Task It_leaves_the_first_stream_and_opens_no_other_while_there_is_no_room()
    {
        var left = new TaskCompletionSource();
        _hub!.On("GetWorkItems", async (_, http) =>
        {
            await ScriptedHub.WriteAsync(http, NewStep());
            await ScriptedHub.SaysNothingAsync(http);
            left.TrySetResult();
        });
        var remote = _hub.Connect(Eager);
        using var enough = new CancellationTokenSource();

        var first = ReceiveAsync(remote, Nothing, enough.Token);
        await left.Task.WaitAsync(TestHub.Patience);
        var second = ReceiveAsync(remote, Nothing, enough.Token);
        // By the time that one with room has its first item, they would have asked again.
        await remote.ReceiveAsync(Nothing with { StepRoom = 1 }, enough.Token).FirstAsync(enough.Token).AsTask().WaitAsync(TestHub.Patience);
        await enough.CancelAsync();

        Assert.Empty(await first.WaitAsync(TestHub.Patience));
        Assert.Empty(await second.WaitAsync(TestHub.Patience));
        Assert.Equal(2, _hub.Calls("GetWorkItems"));
    }

    [Fact]
    public async Task What_there_is_no_room_for_goes_back_after_a_pause_and_holds_up_nothing()
    {
        _hub!.On("GetWorkItems", async (_, http) =>
        {
            await ScriptedHub.WriteAsync(http, NewStep());
            await ScriptedHub.WriteAsync(http, new Proto.WorkItem { ActivityRequest = new() { Name = "Work" }, CompletionToken = "activity" });
            await ScriptedHub.SaysNothingAsync(http);
        });
        using var enough = new CancellationTokenSource();
        var remote = _hub.Connect(Eager with { ReconnectAfter = TimeSpan.FromHours(1) });
        await using (var items = remote.ReceiveAsync(Nothing with { ActivityRoom = 1 }, enough.Token).GetAsyncEnumerator(CancellationToken.None))
        {
            Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(TestHub.Patience));

            Assert.Equal("activity", items.Current.Token);
            Assert.Equal(0, _hub.Calls("AbandonTaskOrchestratorWorkItem"));
            await enough.CancelAsync();
            Assert.False(await items.MoveNextAsync().AsTask().WaitAsync(TestHub.Patience));
        }

        Assert.Equal(1, _hub.Calls("AbandonTaskOrchestratorWorkItem"));
    }

    private static Task<List<WorkItem>> ReceiveAsync(RemoteTaskHub remote, WorkerOffer offer, CancellationToken cancellation) =>
        remote.ReceiveAsync(offer, cancellation).ToListAsync(CancellationToken.None).AsTask();

    private static Proto.WorkItem NewStep()
    {
        var step = new Proto.OrchestratorRequest { InstanceId = "i" };
        step.NewEvents.Add(new Proto.HistoryEvent { EventId = -1, Timestamp = new(), OrchestratorStarted = new() });
        return new Proto.WorkItem { OrchestratorRequest = step, CompletionToken = "step" };
    }
}
