using System.Globalization;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>The queries of readers and clients.</summary>
internal static class SqliteReads
{
    public const string NextTimer = "SELECT min(visible_at) FROM inbox WHERE is_timed = 1 AND visible_at > ?1";

    public const string HistoryOfExecution =
        "SELECT h.events FROM instances i CROSS JOIN history h ON h.key BETWEEN i.key << 24 AND ((i.key + 1) << 24) - 1 "
        + "WHERE i.instance_id = ?1 AND i.execution_id = ?2 ORDER BY h.key";

    public const string ExpiredActivities =
        $"SELECT {SqliteRows.ActivityColumns} FROM activities a JOIN instances i ON i.key = a.key >> 24 "
        + "WHERE a.lease_token IS NOT NULL AND a.lease_until <= ?1 ORDER BY a.lease_until LIMIT ?2";

    public static readonly string ExpiredSteps =
        $"SELECT {SqliteRows.InstanceColumns}, {SqliteRows.LeaseColumns} FROM instances "
        + "WHERE lease_token IS NOT NULL AND lease_until <= ?1 ORDER BY lease_until LIMIT ?2";

    public static InstanceState? Instance(SqliteSession session, string instanceId) =>
        session.Rows($"SELECT {SqliteRows.InstanceColumns} FROM instances WHERE instance_id = ?1", SqliteRows.Instance, instanceId).FirstOrDefault();

    public static IReadOnlyList<HistoryEvent> History(SqliteSession session, string instanceId, string executionId)
    {
        List<HistoryEvent> events = [];
        session.ReadWhile(
            HistoryOfExecution,
            row =>
            {
                events.AddRange(HistoryJson.Read(row.Utf8(0)));
                return true;
            },
            instanceId,
            executionId);
        return events;
    }

    public static List<InstanceState> Children(SqliteSession session, string instanceId) =>
        session.Rows($"SELECT {SqliteRows.InstanceColumns} FROM instances WHERE parent_instance_id = ?1 ORDER BY key", SqliteRows.Instance, instanceId);

    public static DateTimeOffset? NextDue(SqliteSession session, DateTimeOffset after) =>
        session.Scalar<long?>(NextTimer, SqliteRows.Ticks(after)) is { } ticks
            ? SqliteRows.Instant(ticks)
            : null;

    /// <summary>Leases of steps, then of activities.</summary>
    public static List<Lease> Expired(SqliteSession session, DateTimeOffset now, int most)
    {
        List<Lease> expired = [.. session.Rows(ExpiredSteps, SqliteRows.Step, SqliteRows.Ticks(now), most)];
        expired.AddRange(session.Rows(ExpiredActivities, SqliteRows.Activity, SqliteRows.Ticks(now), most - expired.Count));
        return expired;
    }

    public static Page<InstanceState> Query(SqliteSession session, OrchestrationQuery query)
    {
        var after = query.ContinuationToken is { } token ? long.Parse(token, CultureInfo.InvariantCulture) : 0;
        var found = session.Rows(
            $"SELECT {SqliteRows.InstanceColumns}, key FROM instances WHERE key > ?1 AND substr(instance_id, 1, length(?2)) = ?2 "
            + $"AND {Created} AND {InStatus} ORDER BY key LIMIT ?6",
            row => (State: SqliteRows.Instance(row), Key: row.Number(18)),
            after,
            query.InstanceIdPrefix ?? string.Empty,
            SqliteRows.Ticks(query.CreatedFrom),
            SqliteRows.Ticks(query.CreatedTo),
            Statuses(query.Statuses),
            query.PageSize + 1);
        var page = found.Take(query.PageSize).ToList();
        return new Page<InstanceState>(
            page.ConvertAll(row => row.State),
            found.Count > query.PageSize ? page[^1].Key.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <summary>Ended instances that may be purged.</summary>
    public static List<string> Ended(SqliteSession session, PurgeRequest request, int most) => session.Rows(
        $"SELECT instance_id FROM instances WHERE is_open = 0 AND {(request.InstanceId is null ? "?1 IS NULL" : "instance_id = ?1")} "
        + $"AND {Created} AND {InStatus} ORDER BY key LIMIT ?2",
        row => row.Text(0),
        request.InstanceId,
        most,
        SqliteRows.Ticks(request.Filter?.CreatedFrom),
        SqliteRows.Ticks(request.Filter?.CreatedTo),
        Statuses(request.Filter?.Statuses));

    private const string Created = "(?3 IS NULL OR created_at >= ?3) AND (?4 IS NULL OR created_at <= ?4)";

    private static readonly string InStatus = $"(?5 IS NULL OR {SqliteRows.Status} IN (SELECT value FROM json_each(?5)))";

    private static string? Statuses(IReadOnlyCollection<OrchestrationRuntimeStatus>? statuses) =>
        statuses is null or { Count: 0 } ? null : $"[{string.Join(',', statuses.Select(status => (int)status))}]";
}
