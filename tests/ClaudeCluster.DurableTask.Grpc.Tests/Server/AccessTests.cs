using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Server;
using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Server;

public sealed class AccessTests
{
    private static readonly TaskHubServerOptions WithTokens = new()
    {
        Access = token => token switch
        {
            "owner" => HubGrant.Everything,
            "agent" => new HubGrant { OnlyActivities = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "Backend" } },
            _ => null,
        },
    };

    [Theory]
    [InlineData(null, "asks for a credential")]
    [InlineData("wrong", "does not know")]
    public async Task A_call_without_a_known_credential_is_refused_and_told_why(string? token, string reason)
    {
        await using var hub = await TestHub.StartAsync(server: WithTokens);
        var stranger = hub.Connect(new RemoteTaskHubOptions { Token = token is null ? null : new StaticHubToken(token) });

        var e = await Assert.ThrowsAsync<RpcException>(() => stranger.GetAsync("i", payloads: false));

        Assert.Equal(StatusCode.Unauthenticated, e.StatusCode);
        Assert.Contains(reason, e.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_gets_the_activities_of_its_token_whatever_it_asks_for_and_nothing_else()
    {
        await using var hub = await TestHub.StartAsync(server: WithTokens);
        hub.StartWorker(
            tasks => tasks.AddOrchestratorFunc<string>("Flow", async context =>
            {
                var other = context.CallActivityAsync<string>("Frontend");
                return await context.CallActivityAsync<string>("Backend");
            }),
            hub.Connect(new RemoteTaskHubOptions { Token = new StaticHubToken("owner") }));
        var owner = new DurableTaskClient(hub.Connect(new RemoteTaskHubOptions { Token = new StaticHubToken("owner") }));
        var id = await owner.ScheduleNewOrchestrationInstanceAsync("Flow");
        var agent = hub.Connect(new RemoteTaskHubOptions { Token = new StaticHubToken("agent") });
        await using var items = agent.ReceiveAsync(new WorkerOffer("agent", 10, 10, null, null)).GetAsyncEnumerator();

        Assert.True(await items.MoveNextAsync());
        var item = Assert.IsType<ActivityWorkItem>(items.Current);
        Assert.Equal("Backend", item.Name.Name);
        Assert.Equal(Receipt.Accepted, await agent.CompleteAsync(new ActivityCompletion(item, "\"done\"", null)));
        var end = await owner.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(TestHub.Patience);
        Assert.Equal("done", end.ReadOutputAs<string>());
        foreach (var forbidden in new Func<Task>[]
        {
            () => agent.GetAsync(id, payloads: true),
            () => agent.StartAsync(new Hub.StartRequest("Flow", null, null)),
            () => agent.QueryAsync(new OrchestrationQuery()),
            () => agent.ReadHistoryAsync(id, null).ToListAsync().AsTask(),
        })
        {
            Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(forbidden)).StatusCode);
        }
    }
}
