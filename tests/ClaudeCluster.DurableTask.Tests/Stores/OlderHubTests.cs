using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Migrations;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Stores;

/// <summary>What an older version left waiting waits on in this one's tables, in its order.</summary>
public sealed class OlderHubTests
{
    /// <summary>The last one in which activities had no head start.</summary>
    private const int Format = 2;

    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Activities_of_an_older_file_keep_their_order_and_new_ones_go_among_them()
    {
        using var folder = new TestFolder();
        using (var session = SqliteSession.Open(folder.File("hub.db"), writes: true))
        {
            session.Run(string.Concat(Migrator.Scripts.Take(Format)));
            session.Run($"PRAGMA application_id = {0x43435448}; PRAGMA user_version = {Format}");
            session.Run(
                "INSERT INTO instances (key, instance_id, execution_id, name, name_key, version, version_key, status, is_open, created_at, updated_at, revision) "
                + $"VALUES (1, 'a', 'a-1', 'Flow', 'FLOW', '', '', 0, 1, {Noon.Ticks}, {Noon.Ticks}, 1)");
            session.Run(
                "INSERT INTO activities (key, execution_id, task_id, name, name_key, version, version_key, scheduled_at) VALUES "
                + $"({1 << 24}, 'a-1', 0, 'Young', 'YOUNG', '', '', {Noon.AddSeconds(60).Ticks}), ({(1 << 24) + 1}, 'a-1', 1, 'Old', 'OLD', '', '', {Noon.Ticks})");
        }

        await using var store = new SqliteHubStore(folder.File("hub.db"));

        Assert.Equal(["Old", "New", "Young"], await OrderWithNewAsync(store));
    }

    [Fact]
    public async Task Activities_of_an_older_database_keep_their_order_and_new_ones_go_among_them()
    {
        var server = SharedServer.Get();
        var hub = $"older_{Guid.NewGuid():N}";
        server.Execute($"CREATE SCHEMA claude_cluster_{hub}; SET search_path TO claude_cluster_{hub}; {string.Concat(PostgresMigrator.Scripts.Take(Format))}");
        server.Execute(
            $"SET search_path TO claude_cluster_{hub}; INSERT INTO hub VALUES ('format', '{Format}'); SELECT nextval('keys'); "
            + "INSERT INTO instances (key, instance_id, execution_id, name, name_key, version, version_key, status, is_open, created_at, updated_at, revision, is_suspended, deliveries) "
            + $"VALUES (1, 'a', 'a-1', 'Flow', 'FLOW', '', '', 0, true, {Noon.Ticks}, {Noon.Ticks}, 1, false, 0); "
            + "INSERT INTO activities (key, instance_key, execution_id, task_id, name, name_key, version, version_key, scheduled_at, deliveries) VALUES "
            + $"(2, 1, 'a-1', 0, 'Young', 'YOUNG', '', '', {Noon.AddSeconds(60).Ticks}, 0), (3, 1, 'a-1', 1, 'Old', 'OLD', '', '', {Noon.Ticks}, 0)");

        await using (var store = new PostgresHubStore(server.Options(hub), TimeProvider.System))
            Assert.Equal(["Old", "New", "Young"], await OrderWithNewAsync(store));

        server.Execute($"DROP SCHEMA claude_cluster_{hub} CASCADE");
    }

    private static async Task<IEnumerable<string>> OrderWithNewAsync(ITaskHubStore store)
    {
        await store.OpenAsync();
        var started = await store.CommitAsync(InstanceRequests.Start(new StartRequest("Flow", "b", null), "b", "b-1", Noon), new Handout(NewClaim(), null));
        var step = Assert.Single(started.Steps);
        var activity = new ActivityRow("b", "b-1", 0, "New", string.Empty, null)
        {
            ScheduledAt = Noon.AddSeconds(90),
            Tags = new Dictionary<string, string> { [TaskTags.Priority] = "60" },
        };
        await store.CommitAsync(new CommitBatch("b", new Guard.HoldsStep(step.Lease.Token)) { Instance = step.Lease.State, Activities = [activity] });

        return (await store.ClaimActivitiesAsync(NewClaim())).Select(lease => lease.Activity.Name);
    }

    private static Claim NewClaim() => new("w", 10, null, Noon, Noon.AddSeconds(60), () => Guid.NewGuid().ToString());
}
