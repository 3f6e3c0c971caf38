using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.WorkItems;
using Npgsql;

namespace ClaudeCluster.DurableTask.Tests.Stores;

/// <summary>As <see cref="QueryPlanTests"/>: a look for work gets no slower with what waits.</summary>
public sealed class PostgresQueryPlanTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_look_for_activities_walks_the_index_of_those_that_wait(bool refuses)
    {
        var server = SharedServer.Get();
        var hub = $"plan_{Guid.NewGuid():N}";
        await using (var store = new PostgresHubStore(server.Options(hub), TimeProvider.System))
            await store.OpenAsync();
        server.Execute(
            $"INSERT INTO claude_cluster_{hub}.activities (key, instance_key, execution_id, task_id, name, name_key, version, version_key, scheduled_at, deliveries) "
            + $"SELECT n, n, 'e', 0, 'Work', 'WORK', '', '', n, 0 FROM generate_series(1, 10000) n; ANALYZE claude_cluster_{hub}.activities");
        var claim = new Claim("w", 5, new HashSet<TaskName> { "Work" }, Noon, Noon, () => "token") { Refused = Enumerable.Repeat(new RefusedTask("Work", "v2"), refuses ? 1 : 0).ToHashSet() };

        var plan = await ExplainAsync(server.ConnectionString, hub, PostgresClaims.ActivityCandidates(claim));

        Assert.Contains(plan, line => line.Contains("Index Scan using activities_waiting", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("Sort", StringComparison.Ordinal));
        server.Execute($"DROP SCHEMA claude_cluster_{hub} CASCADE");
    }

    private static async Task<List<string>> ExplainAsync(string connectionString, string hub, Statement query)
    {
        await using var connection = new NpgsqlConnection($"{connectionString};Pooling=false;Search Path=claude_cluster_{hub}");
        await connection.OpenAsync();
        await using var batch = new NpgsqlBatch(connection);
        var command = query.ToCommand();
        command.CommandText = $"EXPLAIN {command.CommandText}";
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync();
        List<string> plan = [];
        while (await reader.ReadAsync())
            plan.Add(reader.GetString(0));
        return plan;
    }
}
