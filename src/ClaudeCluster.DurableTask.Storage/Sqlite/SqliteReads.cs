using System.Globalization;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>The queries of readers and clients.</summary>
internal static class SqliteReads
{
    public static InstanceState? Instance(SqliteSession session, string instanceId) =>
        session.Rows($"SELECT {SqliteRows.InstanceColumns} FROM instances WHERE instance_id = @0", SqliteRows.Instance, instanceId).FirstOrDefault();

    public static IReadOnlyList<HistoryEvent> History(SqliteSession session, string instanceId, string executionId) =>
    [
        .. session.Rows(
            "SELECT h.events FROM instances i JOIN history h ON h.instance_key = i.key WHERE i.instance_id = @0 AND i.execution_id = @1 ORDER BY h.key",
            row => row.GetString(0),
            instanceId,
            executionId).SelectMany(HistoryJson.Read),
    ];

    public static List<InstanceState> Children(SqliteSession session, string instanceId) =>
        session.Rows($"SELECT {SqliteRows.InstanceColumns} FROM instances WHERE parent_instance_id = @0 ORDER BY key", SqliteRows.Instance, instanceId);

    public static DateTimeOffset? NextDue(SqliteSession session, DateTimeOffset after) =>
        session.Scalar<long?>("SELECT min(visible_at) FROM inbox WHERE is_timed = 1 AND visible_at > @0", SqliteRows.Ticks(after)) is { } ticks
            ? SqliteRows.Instant(ticks)
            : null;

    public static Page<InstanceState> Query(SqliteSession session, OrchestrationQuery query)
    {
        var after = query.ContinuationToken is { } token ? long.Parse(token, CultureInfo.InvariantCulture) : 0;
        var found = session.Rows(
            $"SELECT {SqliteRows.InstanceColumns}, key FROM instances WHERE key > @0 AND substr(instance_id, 1, length(@1)) = @1 "
            + $"AND {Created} AND {InStatus} ORDER BY key LIMIT @5",
            row => (State: SqliteRows.Instance(row), Key: row.GetInt64(18)),
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

    public static List<long> Ended(SqliteSession session, PurgeRequest request, int most) => session.Rows(
        $"SELECT key FROM instances WHERE is_open = 0 AND key > @0 AND (@1 IS NULL OR instance_id = @1) AND {Created} AND {InStatus} ORDER BY key LIMIT @5",
        row => row.GetInt64(0),
        0,
        request.InstanceId,
        SqliteRows.Ticks(request.Filter?.CreatedFrom),
        SqliteRows.Ticks(request.Filter?.CreatedTo),
        Statuses(request.Filter?.Statuses),
        most);

    private const string Created = "(@2 IS NULL OR created_at >= @2) AND (@3 IS NULL OR created_at <= @3)";

    private static readonly string InStatus = $"(@4 IS NULL OR {SqliteRows.Status} IN (SELECT value FROM json_each(@4)))";

    private static string? Statuses(IReadOnlyCollection<OrchestrationRuntimeStatus>? statuses) =>
        statuses is null or { Count: 0 } ? null : $"[{string.Join(',', statuses.Select(status => (int)status))}]";
}
