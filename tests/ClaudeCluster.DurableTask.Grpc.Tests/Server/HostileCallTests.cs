using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Server;
using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using Google.Protobuf;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Server;

/// <summary>Whatever is sent: a status, or a closed connection, and the hub goes on.</summary>
public sealed class HostileCallTests : IAsyncLifetime
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());
    private TestHub? _hub;

    private TestHub Hub => _hub!;

    public async ValueTask InitializeAsync() => _hub = await TestHub.StartAsync(server: new TaskHubServerOptions { MaximumMessageBytes = 1_000_000 });

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Hub.DisposeAsync();
    }

    [Theory]
    [InlineData("", StatusCode.InvalidArgument)]
    [InlineData("00", StatusCode.Internal)]
    [InlineData("0000000009 0A", StatusCode.Internal)]
    [InlineData("0100000000", StatusCode.Unimplemented)]
    [InlineData("0005F5E100", StatusCode.ResourceExhausted)]
    [InlineData("0000000003 FFFFFF", StatusCode.InvalidArgument)]
    [InlineData("0000000000 0000000000", StatusCode.InvalidArgument)]
    public async Task A_body_that_is_no_message_ends_with_a_status(string hex, StatusCode status)
    {
        var body = Convert.FromHexString(hex.Replace(" ", string.Empty, StringComparison.Ordinal));

        Assert.Equal(status, await StatusOfAsync("GetInstance", body));
        await HubGoesOnAsync();
    }

    [Fact]
    public async Task A_message_with_unknown_fields_and_enum_values_is_read_without_them()
    {
        // Field 1 "x", field 99 a varint, and a status of 77 where statuses are listed.
        Assert.Equal(StatusCode.OK, await StatusOfAsync("GetInstance", Framed([0x0A, 0x01, (byte)'x', 0x98, 0x06, 0x01])));
        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync("QueryInstances", Framed([0x0A, 0x02, 0x08, 77])));
    }

    [Fact]
    public async Task Invalid_UTF8_does_no_harm()
    {
        var status = await StatusOfAsync("GetInstance", Framed([0x0A, 0x02, 0xC3, 0x28]));

        Assert.True(status is StatusCode.OK or StatusCode.InvalidArgument, status.ToString());
        await HubGoesOnAsync();
    }

    [Fact]
    public async Task Messages_nested_deeper_than_anyone_would_are_refused()
    {
        var failure = new Proto.TaskFailureDetails { ErrorType = "T" };
        for (var i = 0; i < 500; i++)
            failure = new Proto.TaskFailureDetails { ErrorType = "T", InnerFailure = failure };

        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync("CompleteActivityTask", Framed(new Proto.ActivityResponse { FailureDetails = failure }.ToByteArray())));
    }

    [Theory]
    [InlineData("NoSuchCall")]
    [InlineData("GetEntity")]
    [InlineData("SignalEntity")]
    [InlineData("QueryEntities")]
    [InlineData("CleanEntityStorage")]
    [InlineData("DeleteTaskHub")]
    public async Task A_call_that_is_not_spoken_here_is_unimplemented(string call) => Assert.Equal(StatusCode.Unimplemented, await StatusOfAsync(call, Framed([])));

    [Fact]
    public async Task Another_content_type_is_refused()
    {
        using var response = await PostAsync("GetInstance", Framed([]), contentType: "application/json");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_time_out_that_is_none_is_refused_and_one_that_is_over_ends_the_wait()
    {
        var id = await Hub.NewClient().ScheduleNewOrchestrationInstanceAsync("Flow");
        var request = Framed(new Proto.GetInstanceRequest { InstanceId = id }.ToByteArray());

        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync("GetInstance", request, ("grpc-timeout", "soon")));
        Assert.Equal(StatusCode.DeadlineExceeded, await StatusOfAsync("WaitForInstanceCompletion", request, ("grpc-timeout", "50m")));
    }

    [Fact]
    public async Task HTTP_1_is_answered_or_closed_and_never_hangs()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Hub.Address.Port);
        await client.GetStream().WriteAsync("POST /TaskHubSidecarService/Hello HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"u8.ToArray());

        var answer = await new StreamReader(client.GetStream(), Encoding.Latin1).ReadToEndAsync().WaitAsync(TestHub.Patience);

        Assert.DoesNotContain("200", answer, StringComparison.Ordinal);
        await HubGoesOnAsync();
    }

    [Fact]
    public async Task A_worker_s_answer_that_is_none_fails_its_orchestration_and_nothing_else()
    {
        var client = Hub.NewClient();
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Flow");
        var remote = Hub.Connect();
        await using var items = remote.ReceiveAsync(new WorkItems.WorkerOffer("w", 1, 1, null, null)).GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync());
        var answer = new Proto.OrchestratorResponse { InstanceId = id, CompletionToken = items.Current.Token, Actions = { new Proto.OrchestratorAction { Id = 1 } } };

        Assert.Equal(StatusCode.InvalidArgument, await StatusOfAsync("CompleteOrchestratorTask", Framed(answer.ToByteArray())));

        var end = await client.WaitForInstanceCompletionAsync(id).WaitAsync(TestHub.Patience);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("not spoken here", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_nobody_was_given_completes_nothing()
    {
        var answer = new Proto.ActivityResponse { InstanceId = "i", TaskId = 1, CompletionToken = "guessed" };

        Assert.Equal(StatusCode.NotFound, await StatusOfAsync("CompleteActivityTask", Framed(answer.ToByteArray())));
        Assert.Equal(StatusCode.NotFound, await StatusOfAsync("CompleteOrchestratorTask", Framed(new Proto.OrchestratorResponse { CompletionToken = "guessed" }.ToByteArray())));
    }

    [Fact]
    public async Task Random_bytes_to_every_call_leave_the_hub_as_it_was()
    {
        var random = new Random(20260301);
        string[] calls =
        [
            "StartInstance", "GetInstance", "RaiseEvent", "TerminateInstance", "QueryInstances", "PurgeInstances", "RestartInstance", "RewindInstance",
            "ListInstanceIds", "CompleteOrchestratorTask", "CompleteActivityTask", "AbandonTaskActivityWorkItem", "StreamInstanceHistory",
        ];
        await HubGoesOnAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 2_000 * Scale; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (random.Next(4) == 0)
                await StatusOfAsync(calls[random.Next(calls.Length)], bytes);
            else
                await StatusOfAsync(calls[random.Next(calls.Length)], Framed(bytes));
        }

        await HubGoesOnAsync();
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 20_000_000);
    }

    private static int Scale => int.TryParse(Environment.GetEnvironmentVariable("CC_SCALE"), out var scale) ? Math.Max(1, scale) : 1;

    private static byte[] Framed(byte[] message)
    {
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private async Task HubGoesOnAsync() => Assert.Null(await Hub.Connect().GetAsync("nobody", payloads: false).WaitAsync(TestHub.Patience));

    private async Task<StatusCode> StatusOfAsync(string call, byte[] body, params (string Name, string Value)[] headers)
    {
        using var response = await PostAsync(call, body, "application/grpc", headers);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await response.Content.ReadAsByteArrayAsync();
        var status = response.Headers.TryGetValues("grpc-status", out var first) ? first : response.TrailingHeaders.GetValues("grpc-status");
        return Enum.Parse<StatusCode>(status.Single());
    }

    private Task<HttpResponseMessage> PostAsync(string call, byte[] body, string contentType, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Hub.Address, $"/TaskHubSidecarService/{call}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } },
        };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return _http.SendAsync(request, CancellationToken.None);
    }
}
