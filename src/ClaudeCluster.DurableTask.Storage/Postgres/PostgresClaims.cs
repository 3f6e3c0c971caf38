using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// Hands out work that waits: a look without locks and without a transaction, which mostly finds nothing, then the locks of what it found.
/// What is locked at the moment is skipped: it is being handed out elsewhere, or only looked at by a commit that changes nothing of it. The
/// one who skips cannot know, and nobody would ring for the latter: so he looks again, soon.
/// </summary>
internal static class PostgresClaims
{
    // NOT IN and not NOT EXISTS: that one is planned as a join of which one row is expected, and so reads and sorts all that waits.
    private const string Names = "($2::text[] IS NULL OR {0}.name_key = ANY($2::text[])) "
        + "AND ({0}.name_key, {0}.version_key) NOT IN (SELECT * FROM unnest($3::text[], $4::text[]))";

    /// <summary>Instances that seem to have something to do, the oldest at-once messages and the oldest timers that are due, each by its own index.</summary>
    public static Query<(long Key, long Since)> StepCandidates(Claim claim)
    {
        var (names, refusedNames, refusedVersions) = Filter(claim);
        var free = $"NOT i.is_suspended AND (i.start_at IS NULL OR i.start_at <= $5) AND {In("i")}";
        return new Query<(long, long)>(
            $"(SELECT i.key, i.ready_at FROM instances i WHERE i.ready_at IS NOT NULL AND {free} ORDER BY i.ready_at, i.key LIMIT $1) UNION ALL "
            + "(SELECT i.key, m.visible_at FROM inbox m JOIN instances i ON i.key = m.instance_key "
            + $"WHERE m.is_timed AND m.visible_at <= $5 AND i.lease_token IS NULL AND {free} "
            + "AND NOT EXISTS (SELECT FROM inbox e WHERE e.instance_key = m.instance_key AND e.is_timed AND (e.visible_at, e.key) < (m.visible_at, m.key)) "
            + "ORDER BY m.visible_at, m.key LIMIT $1)",
            row => (row.GetInt64(0), row.GetInt64(1)),
            claim.Most,
            names,
            refusedNames,
            refusedVersions,
            claim.Now.UtcTicks);
    }

    /// <summary>Of these, those that nobody has locked and that still have something to do.</summary>
    public static async Task<(IReadOnlyList<ClaimedStep> Result, IReadOnlyList<Statement> Writes)> StepsAsync(
        PostgresTransaction transaction, Claim claim, long[] candidates)
    {
        var free = new Query<LoadedInstance>(
            $"SELECT {PostgresRows.InstanceColumns} FROM instances i WHERE i.key = ANY($1) AND i.lease_token IS NULL FOR UPDATE SKIP LOCKED",
            PostgresRows.Loaded,
            [candidates]);
        var messages = DueMessages(candidates, claim.Now);
        await transaction.ReadAsync([free, messages]);
        var byKey = free.Rows.ToDictionary(instance => instance.Key);
        foreach (var message in messages.Rows)
            byKey.GetValueOrDefault(message.Receiver)?.Load(message);

        var given = candidates.Select(key => byKey.GetValueOrDefault(key)).OfType<LoadedInstance>()
            .Where(instance => instance.Waits(claim.Now) && claim.Takes(instance.State))
            .ToList();
        return (given.ConvertAll(instance => instance.Give(claim)), GroupWrites.Lease(given) is { } lease ? [lease] : []);
    }

    public static Query<long> ActivityCandidates(Claim claim)
    {
        var (names, refusedNames, refusedVersions) = Filter(claim);
        return new Query<long>(
            $"SELECT a.key FROM activities a WHERE a.lease_token IS NULL AND {In("a")} ORDER BY a.scheduled_at - a.head_start, a.key LIMIT $1",
            row => row.GetInt64(0),
            claim.Most,
            names,
            refusedNames,
            refusedVersions);
    }

    public static async Task<(IReadOnlyList<ActivityLease> Result, IReadOnlyList<Statement> Writes)> ActivitiesAsync(
        PostgresTransaction transaction, Claim claim, IReadOnlyList<long> candidates)
    {
        var waiting = new Query<LoadedActivity>(
            $"SELECT {PostgresRows.ActivityColumns} FROM activities a JOIN instances i ON i.key = a.instance_key "
            + "WHERE a.key = ANY($1) AND a.lease_token IS NULL ORDER BY a.scheduled_at - a.head_start, a.key FOR UPDATE OF a SKIP LOCKED",
            row =>
            {
                var (key, work, lease) = PostgresRows.Activity(row);
                return new LoadedActivity(key, work, lease);
            },
            [candidates.ToArray()]);
        await transaction.ReadAsync([waiting]);
        var leases = waiting.Rows.ConvertAll(activity => activity.Give(claim));
        return (leases, GroupWrites.Release(waiting.Rows) is { } write ? [write] : []);
    }

    /// <summary>In the order in which all lock: a step's lease is renewed even while a message for its instance is being written.</summary>
    public static Query<long> RenewSteps(IReadOnlyCollection<string> tokens, DateTimeOffset until) => new(
        "UPDATE instances i SET lease_until = greatest(i.lease_until, $2) FROM ("
        + "SELECT key FROM instances WHERE is_open AND lease_token = ANY($1) ORDER BY instance_id FOR UPDATE) mine WHERE i.key = mine.key",
        row => row.GetInt64(0),
        tokens.ToArray(),
        until.UtcTicks);

    /// <summary>One that is locked is being completed or given back.</summary>
    public static Query<long> RenewActivities(IReadOnlyCollection<string> tokens, DateTimeOffset until) => new(
        "UPDATE activities a SET lease_until = greatest(a.lease_until, $2) FROM ("
        + "SELECT key FROM activities WHERE lease_token = ANY($1) FOR UPDATE SKIP LOCKED) mine WHERE a.key = mine.key",
        row => row.GetInt64(0),
        tokens.ToArray(),
        until.UtcTicks);

    public static Query<Lease> ExpiredSteps(DateTimeOffset now, int most) => new(
        $"SELECT {PostgresRows.InstanceColumns} FROM instances i WHERE i.is_open AND i.lease_token IS NOT NULL AND i.lease_until <= $1 ORDER BY i.lease_until LIMIT $2",
        PostgresRows.Step,
        now.UtcTicks,
        most);

    public static Query<Lease> ExpiredActivities(DateTimeOffset now, int most) => new(
        $"SELECT {PostgresRows.ActivityColumns} FROM activities a JOIN instances i ON i.key = a.instance_key "
        + "WHERE a.lease_token IS NOT NULL AND a.lease_until <= $1 ORDER BY a.lease_until LIMIT $2",
        row =>
        {
            var (key, work, lease) = PostgresRows.Activity(row);
            return new LoadedActivity(key, work, lease).ToLease();
        },
        now.UtcTicks,
        most);

    private static Query<LoadedMessage> DueMessages(long[] instances, DateTimeOffset now) => new(
        $"SELECT {PostgresRows.MessageColumns} FROM unnest($1) AS i (key), LATERAL ("
        + "SELECT * FROM inbox w WHERE w.instance_key = i.key AND (NOT w.is_timed OR w.visible_at <= $2) ORDER BY w.is_front DESC, w.visible_at, w.key "
        + "LIMIT greatest($3, (SELECT count(*) FROM inbox f WHERE f.instance_key = i.key AND f.is_front))) m",
        PostgresRows.Message,
        instances,
        now.UtcTicks,
        (long)Claim.MostMessages);

    private static string In(string table) => Names.Replace("{0}", table, StringComparison.Ordinal);

    private static (string[]? Names, string[] RefusedNames, string[] RefusedVersions) Filter(Claim claim) => (
        claim.Names?.Select(name => PostgresRows.NameKey(name)).ToArray(),
        [.. claim.Refused.Select(task => PostgresRows.NameKey(task.Name))],
        [.. claim.Refused.Select(task => PostgresRows.NameKey(task.Version))]);
}
