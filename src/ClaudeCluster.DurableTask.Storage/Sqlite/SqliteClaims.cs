using System.Text.Json;
using ClaudeCluster.DurableTask.Storage.Sqlite.Tables;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>Finds work that waits, the oldest first, and keeps leases, inside the transaction that the caller has begun.</summary>
internal static class SqliteClaims
{
    public const string Ready =
        $"SELECT i.instance_id, i.ready_at FROM instances i WHERE i.ready_at IS NOT NULL AND i.lease_token IS NULL AND i.is_suspended = 0 AND {Wanted} "
        + "ORDER BY i.ready_at, i.key";

    public const string Rung =
        "SELECT i.instance_id, m.visible_at FROM inbox m CROSS JOIN instances i ON i.key = m.key >> 24 "
        + $"WHERE m.is_timed = 1 AND m.visible_at <= ?1 AND i.lease_token IS NULL AND i.is_suspended = 0 AND {Wanted} ORDER BY m.visible_at, m.key";

    public const string Waiting =
        "SELECT key FROM activities WHERE lease_token IS NULL AND (?1 IS NULL OR name_key IN (SELECT value FROM json_each(?1))) "
        + "AND (?2 IS NULL OR json_array(name_key, version_key) NOT IN (SELECT value FROM json_each(?2))) ORDER BY scheduled_at - head_start, key LIMIT ?3";

    public static List<ClaimedStep> Steps(HubTables tables, Claim claim)
    {
        tables.Trim();
        // At most so many of either kind can be among the oldest of both.
        var oldest = Oldest(tables, Ready, claim).Concat(Oldest(tables, Rung, claim)).OrderBy(found => found.Since).DistinctBy(found => found.Id).Take(claim.Most);
        var steps = oldest.Select(found => tables.Claim(tables.Instances.Find(found.Id)!, claim)).ToList();
        tables.Instances.WriteChanges();
        return steps;
    }

    public static List<ActivityLease> Activities(HubTables tables, Claim claim)
    {
        tables.Trim();
        var keys = tables.Session.Rows(Waiting, row => row.Number(0), Names(claim), Refused(claim), claim.Most);
        return keys.ConvertAll(key => Activity(tables, key, claim));
    }

    public static int Renew(HubTables tables, IReadOnlyCollection<string> tokens, DateTimeOffset until)
    {
        tables.Forget(); // The leases it remembers last no longer as long as it remembers.
        var list = JsonSerializer.Serialize(tokens);
        return tables.Session.Execute(
                "UPDATE instances SET lease_until = ?2 WHERE lease_token IS NOT NULL AND lease_token IN (SELECT value FROM json_each(?1))", list, SqliteRows.Ticks(until))
            + tables.Session.Execute(
                "UPDATE activities SET lease_until = ?2 WHERE lease_token IS NOT NULL AND lease_token IN (SELECT value FROM json_each(?1))", list, SqliteRows.Ticks(until));
    }

    private const string Wanted =
        "(i.start_at IS NULL OR i.start_at <= ?1) AND (?2 IS NULL OR i.name_key IN (SELECT value FROM json_each(?2))) "
        + "AND (?3 IS NULL OR json_array(i.name_key, i.version_key) NOT IN (SELECT value FROM json_each(?3)))";

    /// <summary>As many instances as are asked for, and since when they wait. One may wait for several timers.</summary>
    private static List<(string Id, long Since)> Oldest(HubTables tables, string sql, Claim claim)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        List<(string, long)> oldest = [];
        tables.Session.ReadWhile(
            sql,
            row =>
            {
                var id = row.Text(0);
                if (seen.Add(id))
                    oldest.Add((id, row.Number(1)));
                return oldest.Count < claim.Most;
            },
            SqliteRows.Ticks(claim.Now),
            Names(claim),
            Refused(claim));
        return oldest;
    }

    private static ActivityLease Activity(HubTables tables, long key, Claim claim)
    {
        tables.Activities.Lease(key, claim);
        return tables.Session.Rows(
            $"SELECT {SqliteRows.ActivityColumns} FROM activities a JOIN instances i ON i.key = a.key >> 24 WHERE a.key = ?1", SqliteRows.Activity, key)[0];
    }

    private static string? Refused(Claim claim) => claim.Refused.Count == 0
        ? null
        : JsonSerializer.Serialize(claim.Refused.Select(task => new[] { SqliteRows.NameKey(task.Name), SqliteRows.NameKey(task.Version) }));

    /// <summary>The names as one JSON array, so that the statement is prepared once; null means any.</summary>
    private static string? Names(Claim claim) =>
        claim.Names is { } names ? JsonSerializer.Serialize(names.Select(name => SqliteRows.NameKey(name))) : null;
}
