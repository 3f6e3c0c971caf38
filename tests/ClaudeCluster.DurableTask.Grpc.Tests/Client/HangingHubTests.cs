using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Client;

/// <summary>A hub, or what stands before it, whose connection lives while its calls hang.</summary>
public sealed class HangingHubTests : IAsyncLifetime
{
    private static readonly RemoteTaskHubOptions Hurried = new()
    {
        CallTimeout = TimeSpan.FromMilliseconds(300),
        ReconnectAfter = TimeSpan.FromMilliseconds(20),
        Patience = TimeSpan.Zero,
    };

    private ScriptedHub? _hub;

    public async ValueTask InitializeAsync() => _hub = await ScriptedHub.StartAsync();

    public ValueTask DisposeAsync() => _hub!.DisposeAsync();

    [Fact]
    public async Task A_call_that_is_never_answered_ends_when_its_time_is_over()
    {
        _hub!.On("GetInstance", (_, http) => ScriptedHub.SaysNothingAsync(http));

        var e = await Assert.ThrowsAsync<RpcException>(() => _hub.Connect(Hurried).GetAsync("i", payloads: false).WaitAsync(TestHub.Patience));

        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
    }

    [Fact]
    public async Task A_call_whose_answer_stops_in_the_middle_ends_when_its_time_is_over()
    {
        _hub!.On("GetInstance", async (_, http) =>
        {
            await ScriptedHub.WriteAsync(http, new Proto.GetInstanceResponse());
            await ScriptedHub.SaysNothingAsync(http);
        });

        var e = await Assert.ThrowsAsync<RpcException>(() => _hub.Connect(Hurried).GetAsync("i", payloads: false).WaitAsync(TestHub.Patience));

        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
    }

    [Fact]
    public async Task A_history_that_stops_in_the_middle_is_read_again_for_a_step_and_not_waited_for_by_a_client()
    {
        _hub!.On("Hello", new Empty());
        _hub.On("GetWorkItems", async (_, http) =>
        {
            var step = new Proto.OrchestratorRequest { InstanceId = "i", RequiresHistoryStreaming = true };
            await ScriptedHub.WriteAsync(http, new Proto.WorkItem { OrchestratorRequest = step, CompletionToken = "step" });
            await ScriptedHub.SaysNothingAsync(http);
        });
        _hub.On("StreamInstanceHistory", async (before, http) =>
        {
            if (before == 1)
            {
                await ScriptedHub.SayAsync(http, new Proto.HistoryChunk());
                return;
            }

            await ScriptedHub.WriteAsync(http, new Proto.HistoryChunk());
            await ScriptedHub.SaysNothingAsync(http);
        });
        var remote = _hub.Connect(Hurried);
        using var enough = new CancellationTokenSource(TestHub.Patience);
        var step = await remote.ReceiveAsync(new WorkerOffer("w", 1, 1, null, null), enough.Token).OfType<StepWorkItem>().FirstAsync(enough.Token);

        Assert.Empty(await step.Past.ReadAsync(enough.Token).WaitAsync(TestHub.Patience));
        var e = await Assert.ThrowsAsync<RpcException>(() => remote.ReadHistoryAsync("i", null, enough.Token).ToListAsync(enough.Token).AsTask());

        Assert.Equal((StatusCode.DeadlineExceeded, 3), (e.StatusCode, _hub.Calls("StreamInstanceHistory")));
    }

    [Fact]
    public async Task A_wait_has_no_deadline()
    {
        var asked = new TaskCompletionSource<string>();
        _hub!.On("WaitForInstanceCompletion", (_, http) =>
        {
            asked.SetResult(http.Request.Headers["grpc-timeout"].ToString());
            return ScriptedHub.SaysNothingAsync(http);
        });
        using var enough = new CancellationTokenSource();
        var wait = _hub.Connect(Hurried).WaitAsync("i", Until.Completed, payloads: false, enough.Token);

        Assert.Empty(await asked.Task.WaitAsync(TestHub.Patience));
        await enough.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.WaitAsync(TestHub.Patience));
    }

    [Fact]
    public async Task A_completion_that_is_never_answered_is_sent_again()
    {
        _hub!.On("CompleteActivityTask", (before, http) =>
            before == 0 ? ScriptedHub.SaysNothingAsync(http) : ScriptedHub.SayAsync(http, new Proto.CompleteTaskResponse()));

        Assert.Equal((Receipt.Accepted, 2), (await CompleteAsync(), _hub.Calls("CompleteActivityTask")));
    }

    [Fact]
    public async Task A_completion_that_a_proxy_answers_because_it_has_no_hub_behind_it_is_sent_again()
    {
        _hub!.On("CompleteActivityTask", (before, http) =>
        {
            if (before > 0)
                return ScriptedHub.SayAsync(http, new Proto.CompleteTaskResponse());
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });

        Assert.Equal((Receipt.Accepted, 2), (await CompleteAsync(), _hub.Calls("CompleteActivityTask")));
    }

    /// <summary>A call has its time, and a stream that has not begun is as silent as one that has ended.</summary>
    [Theory]
    [InlineData(300, 3_600_000)]
    [InlineData(3_600_000, 300)]
    public async Task A_greeting_that_is_never_answered_is_given_again(int callTimeout, int silenceLimit)
    {
        var again = new TaskCompletionSource();
        _hub!.On("Hello", (before, http) => before == 0 ? ScriptedHub.SaysNothingAsync(http) : ScriptedHub.SayAsync(http, new Empty()));
        _hub.On("GetWorkItems", (_, http) =>
        {
            again.TrySetResult();
            return ScriptedHub.SaysNothingAsync(http);
        });
        using var enough = new CancellationTokenSource();
        var options = Hurried with { CallTimeout = TimeSpan.FromMilliseconds(callTimeout), SilenceLimit = TimeSpan.FromMilliseconds(silenceLimit) };
        var working = _hub.Connect(options).ReceiveAsync(new WorkerOffer("w", 1, 1, null, null), enough.Token).ToListAsync(CancellationToken.None).AsTask();

        await again.Task.WaitAsync(TestHub.Patience);
        await enough.CancelAsync();

        Assert.Empty(await working.WaitAsync(TestHub.Patience));
    }

    private Task<Receipt> CompleteAsync()
    {
        var item = new ActivityWorkItem("i", "e", "token", 1, "Work", string.Empty, null, new Dictionary<string, string>(StringComparer.Ordinal));
        return _hub!.Connect(Hurried).CompleteAsync(new ActivityCompletion(item, null, null)).WaitAsync(TestHub.Patience);
    }
}
