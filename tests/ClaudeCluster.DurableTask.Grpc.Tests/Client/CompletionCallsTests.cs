using System.Net;
using System.Net.Http.Headers;
using System.Threading.Channels;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using ClaudeCluster.DurableTask.Grpc.Wire;
using Google.Protobuf;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Client;

/// <summary>Which completions share a call, and what each of them is told.</summary>
public sealed class CompletionCallsTests : IDisposable
{
    private readonly Hub _hub = new();
    private readonly GrpcChannel _channel;
    private readonly CompletionCalls _calls;

    public CompletionCallsTests()
    {
        _channel = new GrpcChannel(
            new HttpMessageInvoker(_hub), new Uri("http://hub"), _ => ValueTask.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>(StringComparer.Ordinal)), 1_000_000, TimeProvider.System);
        _calls = new CompletionCalls(_channel, TestHub.Patience, CancellationToken.None) { Together = true };
    }

    public void Dispose()
    {
        _channel.Dispose();
        _hub.Dispose();
    }

    [Fact]
    public async Task What_is_ready_together_goes_together_and_waits_for_no_answer_to_another()
    {
        var first = CompleteAsync(NewActivity("a"));
        var call = await _hub.NextAsync();
        Assert.Equal("a", Assert.Single(call.Completions.Activities).CompletionToken);

        var later = await ReadyAsync(NewStep("b"), NewActivity("c"), NewStep("d"));
        var next = await _hub.NextAsync();
        Assert.Equal(["b", "d"], next.Completions.Steps.Select(step => step.CompletionToken));
        Assert.Equal("c", Assert.Single(next.Completions.Activities).CompletionToken);
        next.Answer();
        await Task.WhenAll(later).WaitAsync(TestHub.Patience);

        Assert.False(first.IsCompleted);
        call.Answer();
        await first.WaitAsync(TestHub.Patience);
    }

    [Fact]
    public async Task One_that_is_refused_is_refused_alone()
    {
        var both = await ReadyAsync(NewStep("good"), NewStep("bad"));

        (await _hub.NextAsync()).Answer(refused: "bad");

        await both[0].WaitAsync(TestHub.Patience);
        var e = await Assert.ThrowsAsync<RpcException>(() => both[1].WaitAsync(TestHub.Patience));
        Assert.Equal((StatusCode.NotFound, "Not yours."), (e.StatusCode, e.Detail));
    }

    [Fact]
    public async Task A_call_that_fails_fails_all_that_it_carried_and_the_next_goes_its_way()
    {
        var failed = CompleteAsync(NewActivity("a"));
        (await _hub.NextAsync()).Fail(StatusCode.Unavailable);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => failed.WaitAsync(TestHub.Patience))).StatusCode);

        var next = CompleteAsync(NewActivity("b"));
        (await _hub.NextAsync()).Answer();

        await next.WaitAsync(TestHub.Patience);
    }

    [Fact]
    public async Task A_large_one_and_a_part_of_one_go_alone()
    {
        var large = NewActivity("large");
        large.Result = new string('x', 300_000);
        var part = NewStep("part");
        part.IsPartial = true;

        Task[] both = [CompleteAsync(large), CompleteAsync(part)];
        Call[] calls = [await _hub.NextAsync(), await _hub.NextAsync()];

        Assert.All(calls, call => Assert.Equal("One", call.Name));
        Array.ForEach(calls, call => call.Answer());
        await Task.WhenAll(both).WaitAsync(TestHub.Patience);
    }

    [Fact]
    public async Task A_hub_that_no_longer_takes_them_together_gets_them_one_by_one()
    {
        var refused = CompleteAsync(NewActivity("a"));
        (await _hub.NextAsync()).Fail(StatusCode.Unimplemented);
        // That is: try again.
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => refused.WaitAsync(TestHub.Patience))).StatusCode);

        var again = CompleteAsync(NewActivity("a"));
        var call = await _hub.NextAsync();

        Assert.Equal("One", call.Name);
        call.Answer();
        await again.WaitAsync(TestHub.Patience);
    }

    private Task CompleteAsync(IMessage completion) => _calls.CompleteAsync("One", completion, CancellationToken.None);

    /// <summary>All of them before the first can go.</summary>
    private Task<Task[]> ReadyAsync(params IMessage[] completions) => Task.Factory.StartNew(
        () => completions.Select(CompleteAsync).ToArray(), CancellationToken.None, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);

    private static Proto.OrchestratorResponse NewStep(string token) => new() { CompletionToken = token };

    private static Proto.ActivityResponse NewActivity(string token) => new() { CompletionToken = token };

    /// <summary>A hub that answers when the test says so.</summary>
    private sealed class Hub : HttpMessageHandler
    {
        private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();

        public Task<Call> NextAsync() => _calls.Reader.ReadAsync().AsTask().WaitAsync(TestHub.Patience);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var call = new Call(request.RequestUri!.Segments[^1], await request.Content!.ReadAsByteArrayAsync(cancellationToken));
            await _calls.Writer.WriteAsync(call, cancellationToken);
            return await call.Response;
        }
    }

    private sealed class Call(string name, byte[] body)
    {
        private readonly TaskCompletionSource<HttpResponseMessage> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name { get; } = name;

        public Proto.Completions Completions => Proto.Completions.Parser.ParseFrom(body.AsSpan(Frames.HeaderLength));

        public Task<HttpResponseMessage> Response => _response.Task;

        public void Answer(string? refused = null)
        {
            if (Name != Headers.CompleteTogether)
            {
                Answer(StatusCode.OK, new Proto.CompleteTaskResponse());
                return;
            }

            var receipts = new Proto.CompletionReceipts();
            receipts.Steps.AddRange(Completions.Steps.Select(step => Receipt(step.CompletionToken == refused)));
            receipts.Activities.AddRange(Completions.Activities.Select(activity => Receipt(activity.CompletionToken == refused)));
            Answer(StatusCode.OK, receipts);
        }

        public void Fail(StatusCode status) => Answer(status, null);

        private static Proto.CompletionReceipt Receipt(bool isRefused) =>
            isRefused ? new() { Status = (int)StatusCode.NotFound, Detail = "Not yours." } : new();

        private void Answer(StatusCode status, IMessage? message)
        {
            var bytes = new System.Buffers.ArrayBufferWriter<byte>();
            if (message is not null)
                Frames.Write(bytes, message);
            var response = new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new ByteArrayContent(bytes.WrittenMemory.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue(Headers.ContentType) } },
            };
            response.TrailingHeaders.Add(Headers.Status, ((int)status).ToString(System.Globalization.CultureInfo.InvariantCulture));
            _response.SetResult(response);
        }
    }
}
