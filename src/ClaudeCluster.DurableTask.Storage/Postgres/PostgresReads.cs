using System.Globalization;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>The queries of clients.</summary>
internal static class PostgresReads
{
    public static Query<InstanceState> Instance(string instanceId) =>
        new($"SELECT {PostgresRows.InstanceColumns} FROM instances i WHERE i.instance_id = $1", PostgresRows.Instance, instanceId);

    public static Query<string> History(string instanceId, string executionId) => new(
        "SELECT h.events FROM instances i JOIN history h ON h.instance_key = i.key WHERE i.instance_id = $1 AND i.execution_id = $2 ORDER BY h.key",
        row => row.GetString(0),
        instanceId,
        executionId);

    public static Query<InstanceState> Children(string instanceId) => new(
        $"SELECT {PostgresRows.InstanceColumns} FROM instances i WHERE i.parent_instance_id = $1 ORDER BY i.key", PostgresRows.Instance, instanceId);

    public static Query<long?> NextDue(DateTimeOffset after) => new(
        "SELECT min(visible_at) FROM inbox WHERE is_timed AND visible_at > $1",
        row => row.IsDBNull(0) ? null : row.GetInt64(0),
        after.UtcTicks);

    public static Query<(InstanceState State, long Key)> Page(OrchestrationQuery query) => new(
        $"SELECT {PostgresRows.InstanceColumns} FROM instances i WHERE i.key > $1 AND starts_with(i.instance_id, $2) "
        + $"AND {Asked} ORDER BY i.key LIMIT $6",
        row => (PostgresRows.Instance(row), row.GetInt64(19)),
        query.ContinuationToken is { } token ? long.Parse(token, CultureInfo.InvariantCulture) : 0L,
        query.InstanceIdPrefix ?? string.Empty,
        PostgresRows.Ticks(query.CreatedFrom),
        PostgresRows.Ticks(query.CreatedTo),
        Statuses(query.Statuses),
        query.PageSize + 1);

    /// <summary>Ended instances that may be removed. They are not locked yet.</summary>
    public static Query<long> Ended(PurgeRequest request, int most) => new(
        $"SELECT i.key FROM instances i WHERE NOT i.is_open AND i.key > $1 AND ($2::text IS NULL OR i.instance_id = $2::text) AND {Asked} ORDER BY i.key LIMIT $6",
        row => row.GetInt64(0),
        0L,
        request.InstanceId,
        PostgresRows.Ticks(request.Filter?.CreatedFrom),
        PostgresRows.Ticks(request.Filter?.CreatedTo),
        Statuses(request.Filter?.Statuses),
        most);

    /// <summary>Those of them that are still there and still ended, locked.</summary>
    public static Query<long> LockEnded(IEnumerable<long> keys) => new(
        "SELECT key FROM instances WHERE key = ANY($1) AND NOT is_open ORDER BY instance_id FOR UPDATE", row => row.GetInt64(0), [keys.ToArray()]);

    public static IReadOnlyList<Statement> Remove(long[] keys) => keys.Length == 0 ? [] :
    [
        new Statement("DELETE FROM history WHERE instance_key = ANY($1)", [keys]),
        new Statement("DELETE FROM activities WHERE instance_key = ANY($1)", [keys]),
        new Statement("DELETE FROM inbox WHERE instance_key = ANY($1)", [keys]),
        new Statement("DELETE FROM instances WHERE key = ANY($1)", [keys]),
    ];

    private static readonly string Asked =
        "($3::bigint IS NULL OR i.created_at >= $3::bigint) AND ($4::bigint IS NULL OR i.created_at <= $4::bigint) "
        + $"AND ($5::int[] IS NULL OR CASE WHEN i.is_suspended AND i.is_open THEN {(int)OrchestrationRuntimeStatus.Suspended} ELSE i.status END = ANY($5::int[]))";

    private static int[]? Statuses(IReadOnlyCollection<OrchestrationRuntimeStatus>? statuses) =>
        statuses is null or { Count: 0 } ? null : [.. statuses.Select(status => (int)status)];
}
