using System.Text.Json;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>Hands out work and keeps its leases, inside the transaction that the caller has begun.</summary>
internal static class SqliteClaims
{
    public static List<ClaimedStep> Steps(SqliteSession session, Claim claim)
    {
        var keys = session.Rows(
            $"SELECT i.key FROM inbox m JOIN instances i ON i.key = m.instance_key WHERE {Due} AND {Claimable} GROUP BY i.key "
            + "ORDER BY min(m.visible_at), min(m.key) LIMIT @1",
            row => row.GetInt64(0),
            SqliteRows.Ticks(claim.Now),
            claim.Most,
            Names(claim),
            Refused(claim));
        return keys.ConvertAll(key => Step(session, key, claim));
    }

    public static List<ActivityLease> Activities(SqliteSession session, Claim claim)
    {
        var keys = session.Rows(
            "SELECT key FROM activities WHERE lease_token IS NULL AND (@1 IS NULL OR name_key IN (SELECT value FROM json_each(@1))) "
            + "AND (@2 IS NULL OR json_array(name_key, version_key) NOT IN (SELECT value FROM json_each(@2))) ORDER BY key LIMIT @0",
            row => row.GetInt64(0),
            claim.Most,
            Names(claim),
            Refused(claim));
        return keys.ConvertAll(key => Activity(session, key, claim));
    }

    public static List<Lease> Expired(SqliteSession session, DateTimeOffset now, int most)
    {
        List<Lease> expired = [.. session.Rows(
            $"SELECT {SqliteRows.InstanceColumns}, {SqliteRows.LeaseColumns} FROM instances "
            + "WHERE lease_token IS NOT NULL AND lease_until <= @0 ORDER BY lease_until LIMIT @1",
            SqliteRows.Step,
            SqliteRows.Ticks(now),
            most)];
        expired.AddRange(session.Rows(
            $"SELECT {SqliteRows.ActivityColumns} FROM activities a JOIN instances i ON i.key = a.instance_key "
            + "WHERE a.lease_token IS NOT NULL AND a.lease_until <= @0 ORDER BY a.lease_until LIMIT @1",
            SqliteRows.Activity,
            SqliteRows.Ticks(now),
            most - expired.Count));
        return expired;
    }

    public static int Renew(SqliteSession session, IReadOnlyCollection<string> tokens, DateTimeOffset until)
    {
        var list = JsonSerializer.Serialize(tokens);
        return session.Execute(
                "UPDATE instances SET lease_until = @1 WHERE lease_token IS NOT NULL AND lease_token IN (SELECT value FROM json_each(@0))", list, SqliteRows.Ticks(until))
            + session.Execute(
                "UPDATE activities SET lease_until = @1 WHERE lease_token IS NOT NULL AND lease_token IN (SELECT value FROM json_each(@0))", list, SqliteRows.Ticks(until));
    }

    public static ClaimedStep Step(SqliteSession session, long key, Claim claim)
    {
        var lease = session.Rows(
            "UPDATE instances SET lease_token = @1, lease_worker = @2, lease_until = @3, deliveries = deliveries + 1 WHERE key = @0 "
            + $"RETURNING {SqliteRows.InstanceColumns}, {SqliteRows.LeaseColumns}",
            SqliteRows.Step,
            key,
            claim.NewToken(),
            claim.WorkerId,
            SqliteRows.Ticks(claim.Until))[0];
        var messages = session.Rows(
            "SELECT key, execution_id, is_front, visible_at, event FROM inbox WHERE instance_key = @0 AND (is_timed = 0 OR visible_at <= @1) "
            + "ORDER BY is_front DESC, visible_at, key LIMIT max(@2, (SELECT count(*) FROM inbox WHERE instance_key = @0 AND is_front = 1))",
            row => new InboxMessage(
                lease.InstanceId,
                row.IsDBNull(1) ? null : row.GetString(1),
                HistoryJson.ReadEvent(row.GetString(4)),
                SqliteRows.Instant(row.GetInt64(3)))
            {
                Id = row.GetInt64(0),
                Front = row.GetInt64(2) == 1,
            },
            key,
            SqliteRows.Ticks(claim.Now),
            Claim.MostMessages);
        return new ClaimedStep(lease, messages);
    }

    public static ActivityLease Activity(SqliteSession session, long key, Claim claim)
    {
        session.Execute(
            "UPDATE activities SET lease_token = @1, lease_worker = @2, lease_until = @3, deliveries = deliveries + 1 WHERE key = @0",
            key,
            claim.NewToken(),
            claim.WorkerId,
            SqliteRows.Ticks(claim.Until));
        return session.Rows(
            $"SELECT {SqliteRows.ActivityColumns} FROM activities a JOIN instances i ON i.key = a.instance_key WHERE a.key = @0",
            SqliteRows.Activity,
            key)[0];
    }

    private const string Due = "(m.is_timed = 0 OR m.visible_at <= @0)";

    private const string Claimable =
        "i.lease_token IS NULL AND i.is_suspended = 0 AND (i.start_at IS NULL OR i.start_at <= @0) "
        + "AND (@2 IS NULL OR i.name_key IN (SELECT value FROM json_each(@2))) "
        + "AND (@3 IS NULL OR json_array(i.name_key, i.version_key) NOT IN (SELECT value FROM json_each(@3)))";

    private static string? Refused(Claim claim) => claim.Refused.Count == 0
        ? null
        : JsonSerializer.Serialize(claim.Refused.Select(task => new[] { SqliteRows.NameKey(task.Name), SqliteRows.NameKey(task.Version) }));

    /// <summary>The names as one JSON array, so that the statement is prepared once; null means any.</summary>
    private static string? Names(Claim claim) =>
        claim.Names is { } names ? JsonSerializer.Serialize(names.Select(name => SqliteRows.NameKey(name))) : null;
}
