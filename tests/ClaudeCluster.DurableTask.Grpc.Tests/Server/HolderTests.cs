using System.Collections.Concurrent;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Server;
using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Server;

/// <summary>A credential with a holder: what it was given is bound to it, and it reaches the instances of that, and nothing else.</summary>
public sealed class HolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cc-holders-").FullName;
    private readonly CancellationTokenSource _stopItems = new();
    private readonly CancellationTokenSource _revokeOne = new();
    private readonly ConcurrentQueue<HubRefusal> _refusals = [];

    public void Dispose()
    {
        _stopItems.Dispose();
        _revokeOne.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_holder_raises_its_event_on_and_reads_and_waits_for_what_it_was_given()
    {
        await using var hub = await StartAsync();
        var (id, agent, items, _) = await GiveAsync(hub, "one");
        await using var _ = items;

        await agent.RequestAsync(id, new InstanceRequest.Raise("Mine", "\"one\""));
        Assert.Equal(id, (await agent.GetAsync(id, payloads: true))!.InstanceId);
        var waiting = agent.WaitAsync(id, Until.Completed, payloads: false);
        await Owner(hub).TerminateInstanceAsync(id);
        Assert.False((await waiting.WaitAsync(TestHub.Patience))!.IsOpen);
        Assert.Empty(_refusals);
    }

    [Fact]
    public async Task A_holder_asks_nothing_of_instances_of_which_it_was_given_nothing()
    {
        await using var hub = await StartAsync();
        var (id, _, items, _) = await GiveAsync(hub, "one");
        await using var _ = items;
        var other = Connect(hub, "two");

        await RefusedAsync(() => other.GetAsync(id, payloads: true));
        await RefusedAsync(() => other.WaitAsync(id, Until.Completed, payloads: true));
        await RefusedAsync(() => other.RequestAsync(id, new InstanceRequest.Raise("Mine", "\"two\"")));
        await RefusedAsync(() => other.GetAsync("there-is-none", payloads: false));

        Assert.All(_refusals, refusal => Assert.Equal(("two", false), (refusal.Holder, refusal.IsUnknown)));
        Assert.Equal(4, _refusals.Count);
    }

    [Fact]
    public async Task A_holder_does_nothing_else_with_what_it_was_given()
    {
        await using var hub = await StartAsync();
        var (id, agent, items, _) = await GiveAsync(hub, "one");
        await using var _ = items;

        await RefusedAsync(() => agent.RequestAsync(id, new InstanceRequest.Raise("Other", "\"one\"")));
        await RefusedAsync(() => agent.RequestAsync(id, new InstanceRequest.Raise("Mine", "\"two\"")));
        await RefusedAsync(() => agent.RequestAsync(id, new InstanceRequest.Terminate(null)));
        await RefusedAsync(() => agent.RequestAsync(id, new InstanceRequest.Suspend(null)));
        await RefusedAsync(() => agent.WaitAsync(id, Until.Started, payloads: false));
        await RefusedAsync(() => agent.ReadHistoryAsync(id, null).ToListAsync().AsTask());
        await RefusedAsync(() => agent.StartAsync(new StartRequest("Flow", null, null)));
        await RefusedAsync(() => agent.QueryAsync(new OrchestrationQuery()));
        await RefusedAsync(() => agent.PurgeAsync(new PurgeRequest(id, null)));
        await RefusedAsync(() => agent.RestartAsync(id, withNewId: true));
    }

    [Fact]
    public async Task Nobody_completes_gives_back_or_holds_what_another_holder_was_given()
    {
        await using var hub = await StartAsync();
        var (id, agent, items, item) = await GiveAsync(hub, "one");
        await using var _ = items;
        var thief = Connect(hub, "two");

        await StealAsync(thief, item);
        await thief.AbandonAsync(item);
        Assert.Equal(["CompleteActivityTask", "AbandonTaskActivityWorkItem"], _refusals.Select(refusal => refusal.Call.Split('/')[^1]).Distinct());
        using var stop = new CancellationTokenSource();
        await using var stolen = thief.ReceiveAsync(new WorkerOffer("one/w", 0, 1, null, null) { Holds = [item.Token] }, stop.Token).GetAsyncEnumerator();
        var next = stolen.MoveNextAsync().AsTask();
        await hub.UntilConnectedAsync("two", true);
        await RefusedAsync(() => thief.GetAsync(id, payloads: false));

        Assert.Equal(Receipt.Accepted, await agent.CompleteAsync(new ActivityCompletion(item, "\"own\"", null)));
        Assert.Equal("own", (await Owner(hub).WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(TestHub.Patience)).ReadOutputAs<string>());
        Assert.False(next.IsCompleted);
        await stop.CancelAsync();
        await next.WaitAsync(TestHub.Patience).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task What_a_holder_was_given_before_the_hub_was_started_anew_is_still_its_own()
    {
        string id;
        ActivityWorkItem item;
        await using (var before = await StartAsync())
        {
            (id, _, _, item) = await GiveAsync(before, "one");
            await _stopItems.CancelAsync();
        }

        await using var hub = await StartAsync();
        var agent = Connect(hub, "one");

        Assert.NotNull(await agent.GetAsync(id, payloads: false));
        await agent.RequestAsync(id, new InstanceRequest.Raise("Mine", "\"one\""));
        await RefusedAsync(() => Connect(hub, "two").GetAsync(id, payloads: false));
        await StealAsync(Connect(hub, "two"), item);
        Assert.Equal(Receipt.Accepted, await agent.CompleteAsync(new ActivityCompletion(item, "\"own\"", null)));
    }

    [Fact]
    public async Task A_credential_that_is_revoked_loses_its_streams_and_waits_at_once_and_gets_nothing_more()
    {
        await using var hub = await StartAsync();
        var (id, agent, items, item) = await GiveAsync(hub, "one");
        await using var _ = items;
        var waiting = agent.WaitAsync(id, Until.Completed, payloads: false);
        await hub.UntilConnectedAsync("one", true);

        await _revokeOne.CancelAsync();

        await hub.UntilConnectedAsync("one", false);
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => waiting.WaitAsync(TestHub.Patience))).StatusCode);
        var refused = await Assert.ThrowsAsync<RpcException>(() => agent.GetAsync(id, payloads: false));
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.Contains(_refusals, refusal => refusal.IsUnknown);
        Assert.NotNull(item);
    }

    private async Task<TestHub> StartAsync()
    {
        var hub = await TestHub.StartAsync(
            new SqliteHubStore(Path.Combine(_folder, "hub.db")),
            server: new TaskHubServerOptions { Access = Access, OnRefused = _refusals.Enqueue });
        hub.StartWorker(
            tasks => tasks.AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Work")),
            Connect(hub, "owner"));
        return hub;
    }

    private HubGrant? Access(string? token) => token switch
    {
        "owner" => HubGrant.Everything,
        "one" when _revokeOne.IsCancellationRequested => null,
        "one" or "two" => new HubGrant
        {
            Holder = token,
            OnlyActivities = new HashSet<string> { "Work" },
            MayRaise = (name, payload) => name == "Mine" && payload == $"\"{token}\"",
            Revoked = token == "one" ? _revokeOne.Token : default,
        },
        _ => null,
    };

    private static RemoteTaskHub Connect(TestHub hub, string token) => hub.Connect(new RemoteTaskHubOptions
    {
        Token = new StaticHubToken(token),
        ReconnectAfter = TimeSpan.FromMilliseconds(50),
    });

    private static DurableTaskClient Owner(TestHub hub) => new(Connect(hub, "owner"));

    private async Task<(string Id, RemoteTaskHub Agent, IAsyncEnumerator<WorkItem> Items, ActivityWorkItem Item)> GiveAsync(TestHub hub, string holder)
    {
        var id = await Owner(hub).ScheduleNewOrchestrationInstanceAsync("Flow");
        var agent = Connect(hub, holder);
        var items = agent.ReceiveAsync(new WorkerOffer("w", 0, 1, null, null), _stopItems.Token).GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync().AsTask().WaitAsync(TestHub.Patience));
        return (id, agent, items, Assert.IsType<ActivityWorkItem>(items.Current));
    }

    /// <summary>Our client goes on trying to deliver what is refused, since a credential may be mended.</summary>
    private async Task StealAsync(RemoteTaskHub thief, ActivityWorkItem item)
    {
        using var enough = new CancellationTokenSource(TestHub.Patience);
        var stealing = thief.CompleteAsync(new ActivityCompletion(item, "\"stolen\"", null), enough.Token);
        while (!_refusals.Any(refusal => refusal.Call.EndsWith("CompleteActivityTask", StringComparison.Ordinal)))
            await Task.Delay(10, enough.Token);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stealing);
    }

    private static async Task RefusedAsync(Func<Task> call) =>
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);
}
