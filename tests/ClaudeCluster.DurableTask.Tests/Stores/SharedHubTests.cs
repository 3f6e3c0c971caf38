using System.Collections.Concurrent;
using System.Globalization;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;
using ClaudeCluster.PostgresKit;

namespace ClaudeCluster.DurableTask.Tests.Stores;

/// <summary>Several coordinators on one hub: none of them looks by itself here, so what one leaves the other must be told of.</summary>
public sealed class SharedHubTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly LocalTaskHubOptions Shared = new() { OwnsStore = false, PollInterval = TimeSpan.FromHours(1) };
    private readonly PostgresServer _server = SharedServer.Get();
    private readonly string _hub = SharedServer.TakeHub();

    public void Dispose() => SharedServer.GiveBack(_hub);

    [Fact]
    public async Task Work_that_one_leaves_is_taken_by_the_other_at_once()
    {
        await using var flows = await OpenAsync();
        await using var work = await OpenAsync();
        var effects = new ConcurrentDictionary<string, int>();
        flows.StartWorker(tasks => tasks.AddOrchestratorFunc<int, int>("Sum", async (context, length) =>
        {
            var sum = 0;
            for (var i = 0; i < length; i++)
                sum += await context.CallActivityAsync<int>("One", $"{context.InstanceId}/{i}");
            return sum;
        }));
        work.StartWorker(tasks => tasks.AddActivityFunc<string, int>("One", (_, key) => effects.AddOrUpdate(key, 1, (_, runs) => runs + 1)));

        var ends = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => flows.RunAsync("Sum", 3, string.Create(CultureInfo.InvariantCulture, $"sum-{n}"))));

        Assert.All(ends, end => Assert.Equal(3, end.ReadOutputAs<int>()));
        Assert.Equal(30, effects.Count);
        Assert.All(effects, effect => Assert.Equal(1, effect.Value));
    }

    [Fact]
    public async Task A_timer_that_one_sets_wakes_the_other()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        void Add(DurableTaskRegistry tasks) => tasks.AddOrchestratorFunc<string>("Wait", async context =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
            return "rang";
        });
        first.StartWorker(Add);
        await first.Client.ScheduleNewOrchestrationInstanceAsync("Wait", null, new StartOrchestrationOptions("w"));
        await first.Store.WaitForAsync<TimerCreated>("w");
        second.StartWorker(Add);
        await first.StopWorkersAsync();

        await second.Store.WaitForAsync<TimerFired>("w");
    }

    [Fact]
    public async Task Who_opens_a_shared_hub_spares_the_leases_that_it_finds()
    {
        var time = new FakeTime();
        var store = new PostgresHubStore(_server.Options(_hub), TimeProvider.System);
        await store.OpenAsync();
        await store.CommitAsync(InstanceRequests.Start(new StartRequest("Flow", "a", null), "a", "a-1", time.GetUtcNow()));
        var claim = new Claim("other", 1, null, time.GetUtcNow(), time.GetUtcNow().AddSeconds(5), () => "token");
        Assert.Single(await store.ClaimStepsAsync(claim));

        await using var hub = await Cluster.OpenAsync(new PostgresHubStore(_server.Options(_hub), TimeProvider.System), time, Shared);

        Assert.Empty(await store.ReadExpiredAsync(time.GetUtcNow().AddSeconds(180), 10));
        Assert.Equal("token", Assert.Single(await store.ReadExpiredAsync(time.GetUtcNow().AddSeconds(181), 10)).Token);
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Commits_that_cross_each_other_all_get_through()
    {
        await using var one = new PostgresHubStore(_server.Options(_hub), TimeProvider.System);
        await using var other = new PostgresHubStore(_server.Options(_hub), TimeProvider.System);
        await one.OpenAsync();
        await other.OpenAsync();
        string[] ids = ["a", "b", "c", "d"];
        foreach (var id in ids)
            await one.CommitAsync(InstanceRequests.Start(new StartRequest("Flow", id, null), id, $"{id}-1", Noon));

        // Each is about one instance and sends to two others, in every order, from both sides at once.
        var verdicts = await Task.WhenAll(Enumerable.Range(0, 400).Select(n => Task.Run(() =>
        {
            var (to, also) = (ids[(n + 1) % 4], ids[(n + 3) % 4]);
            var batch = new CommitBatch(ids[n % 4], new Guard.IsOpen(null))
            {
                Messages = [Event(to, n), Event(also, n)],
            };
            return (n % 2 == 0 ? one : other).CommitAsync(batch);
        })));

        Assert.All(verdicts, verdict => Assert.Equal(Verdict.Committed, verdict));
        var claimed = await one.ClaimStepsAsync(new Claim("w", 10, null, Noon, Noon.AddMinutes(1), () => Guid.NewGuid().ToString()));
        Assert.Equal(800 + ids.Length, claimed.Sum(step => step.Messages.Count));
    }

    [Fact]
    public async Task Of_many_starts_with_one_id_one_is_committed()
    {
        await using var one = new PostgresHubStore(_server.Options(_hub), TimeProvider.System);
        await using var other = new PostgresHubStore(_server.Options(_hub), TimeProvider.System);
        await one.OpenAsync();
        await other.OpenAsync();

        for (var round = 0; round < 10; round++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"start-{round}");
            var verdicts = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() =>
                (n % 2 == 0 ? one : other).CommitAsync(InstanceRequests.Start(new StartRequest("Flow", id, null), id, $"{id}-{n}", Noon)))));

            Assert.Single(verdicts, Verdict.Committed);
            Assert.Equal(7, verdicts.Count(verdict => verdict == Verdict.AlreadyExists));
        }
    }

    [Fact]
    public async Task Work_is_given_to_one_of_those_who_claim_at_once()
    {
        await using var one = new PostgresHubStore(_server.Options(_hub), TimeProvider.System);
        await using var other = new PostgresHubStore(_server.Options(_hub), TimeProvider.System);
        await one.OpenAsync();
        await other.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(n =>
            one.CommitAsync(InstanceRequests.Start(new StartRequest("Flow", $"i{n}", null), $"i{n}", "x", Noon))));

        var claimed = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Task.Run(() =>
            (n % 2 == 0 ? one : other).ClaimStepsAsync(new Claim($"w{n}", 3, null, Noon, Noon.AddMinutes(1), () => Guid.NewGuid().ToString())))));

        var given = claimed.SelectMany(steps => steps).Select(step => step.Lease.InstanceId).ToList();
        Assert.Equal(given.Count, given.Distinct(StringComparer.Ordinal).Count());
        var rest = await one.ClaimStepsAsync(new Claim("w", 100, null, Noon, Noon.AddMinutes(1), () => Guid.NewGuid().ToString()));
        Assert.Equal(50, given.Count + rest.Count);
    }

    [Fact]
    public async Task What_was_locked_during_a_look_is_rung_for()
    {
        await using var store = new PostgresHubStore(_server.Options(_hub), TimeProvider.System);
        await store.OpenAsync();
        await store.CommitAsync(InstanceRequests.Start(new StartRequest("Flow", "a", null), "a", "a-1", Noon));
        await using var connection = new Npgsql.NpgsqlConnection($"{_server.ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var locking = await connection.BeginTransactionAsync();
        await using var command = new Npgsql.NpgsqlCommand($"SELECT key FROM claude_cluster_{_hub}.instances FOR UPDATE", connection);
        await command.ExecuteNonQueryAsync();

        // As a commit does whose guard does not hold: it locks, writes nothing, and rings for nobody.
        var rung = new TaskCompletionSource();
        using var ear = store.Bell.Listen(() => rung.TrySetResult());
        Assert.Empty(await store.ClaimStepsAsync(NewClaim("one")));
        await rung.Task.WaitAsync(Cluster.Patience);
        await locking.RollbackAsync();

        Assert.Single(await store.ClaimStepsAsync(NewClaim("two")));
    }

    private static Claim NewClaim(string token) => new("w", 10, null, Noon, Noon.AddMinutes(1), () => token);

    private static InboxMessage Event(string id, int number) =>
        new(id, null, new EventRaised(string.Create(CultureInfo.InvariantCulture, $"e{number}"), null), Noon);

    private Task<Cluster> OpenAsync() => Cluster.OpenAsync(new PostgresHubStore(_server.Options(_hub), TimeProvider.System), null, Shared);
}
