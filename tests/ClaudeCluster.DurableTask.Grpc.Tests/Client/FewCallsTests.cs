using System.Net;
using System.Net.Http.Headers;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using ClaudeCluster.DurableTask.Grpc.Wire;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Client;

/// <summary>What our own worker and hub spare each other.</summary>
public sealed class FewCallsTests
{
    private static readonly WorkerOffer Anything = new("worker", 10, 10, null, null);

    [Fact]
    public async Task The_past_of_a_first_step_is_not_asked_for()
    {
        await using var hub = await TestHub.StartAsync();
        await hub.NewClient().ScheduleNewOrchestrationInstanceAsync("Flow");

        var step = await FirstAsync<StepWorkItem>(hub.Connect());

        var past = step.Past.ReadAsync(CancellationToken.None);
        Assert.True(past.IsCompletedSuccessfully, "It waits for an answer.");
        Assert.Empty(await past);
    }

    [Fact]
    public async Task Of_completions_that_go_together_each_has_a_receipt_of_its_own()
    {
        await using var hub = await TestHub.StartAsync();
        var client = hub.NewClient();
        var id = await client.ScheduleNewOrchestrationInstanceAsync("Flow");
        var remote = hub.Connect();
        using var limit = new CancellationTokenSource(TestHub.Patience);
        await using var work = remote.ReceiveAsync(Anything, limit.Token).GetAsyncEnumerator(limit.Token);
        await work.MoveNextAsync();
        var step = (StepWorkItem)work.Current;

        var receipts = await Task.WhenAll(
            CompleteAsync(step with { Token = "forged-1" }), CompleteAsync(step with { Token = "forged-2" }), CompleteAsync(step), CompleteAsync(step with { Token = "forged-3" }));

        Assert.Equal([Receipt.LeaseLost, Receipt.LeaseLost, Receipt.Accepted, Receipt.LeaseLost], receipts);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await client.WaitForInstanceCompletionAsync(id, cancellation: limit.Token)).RuntimeStatus);

        Task<Receipt> CompleteAsync(StepWorkItem item) => remote.CompleteAsync(new StepCompletion(item, [new OrchestratorAction.Complete(null)], null), limit.Token);
    }

    [Fact]
    public async Task Who_did_not_ask_is_told_of_nothing_beyond_the_protocol()
    {
        await using var hub = await TestHub.StartAsync();
        using var http = new HttpClient();

        using var plain = await OpenStreamAsync(http, hub.Address);
        using var ours = await OpenStreamAsync(http, hub.Address, Headers.Together);

        Assert.DoesNotContain(plain.Headers, header => header.Key.StartsWith("claudecluster", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(ours.Headers, header => header.Key == Headers.Together);
    }

    private static Task<HttpResponseMessage> OpenStreamAsync(HttpClient http, Uri hub, string? header = null)
    {
        // An empty message: any work.
        var content = new ByteArrayContent(new byte[Frames.HeaderLength]) { Headers = { ContentType = new MediaTypeHeaderValue(Headers.ContentType) } };
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(hub, $"{Headers.Service}GetWorkItems"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        if (header is not null)
            request.Headers.Add(header, "1");
        return http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(TestHub.Patience);
    }

    private static async Task<T> FirstAsync<T>(RemoteTaskHub hub)
        where T : WorkItem
    {
        using var limit = new CancellationTokenSource(TestHub.Patience);
        return await hub.ReceiveAsync(Anything, limit.Token).OfType<T>().FirstAsync(limit.Token);
    }
}
