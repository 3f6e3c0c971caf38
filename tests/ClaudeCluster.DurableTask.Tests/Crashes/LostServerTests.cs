using System.Collections.Concurrent;
using System.Globalization;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.PostgresKit;

namespace ClaudeCluster.DurableTask.Tests.Crashes;

/// <summary>The server goes away and comes back, the coordinator stays: all ends, and every activity has run exactly once.</summary>
public sealed class LostServerTests
{
    private const int Stride = 17;
    private static readonly int Offsets = Math.Min(Stride, 4 * Scale.Factor);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_cut_at_any_request_loses_and_doubles_nothing(bool before)
    {
        var cuts = 0;
        for (var offset = 0; offset < Offsets; offset++)
            cuts += await RunWithCutsAsync(1 + (offset * (Stride / Offsets)), before);
        TestContext.Current.TestOutputHelper?.WriteLine($"{cuts} requests cut {(before ? "before the server had them" : "before their answer came")}.");
        Assert.True(cuts > 4 * Offsets, $"Only {cuts} cuts.");
    }

    [Fact]
    public async Task A_server_killed_again_and_again_loses_and_doubles_nothing()
    {
        using var server = SharedServer.StartNew();
        await RunWhileAsync(server, () =>
        {
            server.Kill();
            server.Start();
        });
    }

    [Fact]
    public async Task A_server_restarted_at_once_loses_and_doubles_nothing()
    {
        using var server = SharedServer.StartNew();
        await RunWhileAsync(server, server.RestartAtOnce);
    }

    private static async Task<int> RunWithCutsAsync(int first, bool before)
    {
        var server = SharedServer.Get();
        var hub = SharedServer.TakeHub();
        using var proxy = new CuttingProxy(server.Folder, Stride, first, before);
        var effects = new ConcurrentDictionary<string, int>();
        await using (var cluster = await OpenAsync(new PostgresStoreOptions(proxy.ConnectionString) { Hub = hub, MaximumConnections = 6 }))
        {
            cluster.StartWorker(tasks => CrashScenario.AddTo(tasks, key => Count(effects, key), cluster.Client));
            await cluster.Client.ScheduleNewOrchestrationInstanceAsync(
                "Scenario", new CrashScenario.State(0, string.Empty), new StartOrchestrationOptions(CrashScenario.Id));
            var ended = cluster.EndOfAsync(CrashScenario.Id);
            await await Task.WhenAny(ended, cluster.WorkersEndAsync());
            var end = await ended;

            Assert.Equal(CrashScenario.Expected, end.ReadOutputAs<string>());
            Assert.Equal(CrashScenario.Effects, effects.Count);
            Assert.All(effects, effect => Assert.Equal(1, effect.Value));
        }

        SharedServer.GiveBack(hub);
        return proxy.Cuts;
    }

    /// <summary>Sequences run without pause while the server is lost several times, each time in the middle of commits.</summary>
    private static async Task RunWhileAsync(PostgresServer server, Action lose)
    {
        var effects = new ConcurrentDictionary<string, int>();
        await using var cluster = await Cluster.OpenAsync(new PostgresHubStore(server.Options("lost"), TimeProvider.System));
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int, int>("Sum", async (context, length) =>
            {
                var sum = 0;
                for (var i = 0; i < length; i++)
                    sum += await context.CallActivityAsync<int>("One", $"{context.InstanceId}/{i}");
                return sum;
            })
            .AddActivityFunc<string, int>("One", (_, key) =>
            {
                Count(effects, key);
                return 1;
            }));
        using var enough = new CancellationTokenSource();
        var running = Task.WhenAll(Enumerable.Range(0, 20).Select(lane => Task.Run(async () =>
        {
            var done = 0;
            for (; !enough.IsCancellationRequested; done++)
                Assert.Equal(5, (await cluster.RunAsync("Sum", 5, string.Create(CultureInfo.InvariantCulture, $"sum-{lane}-{done}"))).ReadOutputAs<int>());
            return done;
        })));

        for (var losses = 0; losses < 3 * Scale.Factor; losses++)
        {
            var seen = effects.Count;
            await MoreCommitsAsync(cluster);
            lose();
            Assert.True(effects.Count > seen);
        }

        await MoreCommitsAsync(cluster);
        await enough.CancelAsync();
        var sums = (await running.WaitAsync(Cluster.Patience)).Sum();
        Assert.Equal(5 * sums, effects.Count);
        Assert.All(effects, effect => Assert.Equal(1, effect.Value));
    }

    /// <summary>Throws what ended the worker, if it does not get so far.</summary>
    private static async Task MoreCommitsAsync(Cluster cluster) =>
        await await Task.WhenAny(cluster.Store.CommitsAsync(cluster.Store.Commits + 200), cluster.WorkersEndAsync());

    private static async Task<Cluster> OpenAsync(PostgresStoreOptions options)
    {
        while (true)
        {
            try
            {
                return await Cluster.OpenAsync(new PostgresHubStore(options, TimeProvider.System));
            }
            catch (Storage.HubDatabaseException)
            {
                // Opening itself was cut: who opens is told at once.
            }
        }
    }

    private static void Count(ConcurrentDictionary<string, int> effects, string key) => effects.AddOrUpdate(key, 1, (_, runs) => runs + 1);
}
