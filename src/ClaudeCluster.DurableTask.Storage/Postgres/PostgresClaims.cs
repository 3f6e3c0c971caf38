using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// Hands out work that waits. What is locked at the moment is skipped: it is being handed out elsewhere, or only looked at by a commit that
/// changes nothing of it. The one who skips cannot know, and nobody would ring for the latter: so he is told that there was something.
/// </summary>
internal static class PostgresClaims
{
    private const string Names = "($2::text[] IS NULL OR {0}.name_key = ANY($2::text[])) "
        + "AND NOT EXISTS (SELECT FROM unnest($3::text[], $4::text[]) AS r (name_key, version_key) WHERE r.name_key = {0}.name_key AND r.version_key = {0}.version_key)";

    public static async Task<((IReadOnlyList<ClaimedStep> Steps, bool Skipped) Result, IReadOnlyList<Statement> Writes)> StepsAsync(
        PostgresTransaction transaction, Claim claim)
    {
        List<(LoadedInstance Instance, ClaimedStep Step)> given = [];
        while (true)
        {
            // The oldest at-once messages and the oldest timers that are due, each by its own index; both locks are taken, few are too many.
            var most = claim.Most - given.Count;
            var (atOnce, due) = (Waiting(claim, most, isTimed: false, locks: true), Waiting(claim, most, isTimed: true, locks: true));
            await transaction.ReadAsync([atOnce, due]);
            var found = atOnce.Rows.Concat(due.Rows)
                .Where(row => !given.Exists(already => already.Instance.Key == row.Instance.Key))
                .OrderBy(row => row.VisibleAt).ThenBy(row => row.Message)
                .Select(row => row.Instance).DistinctBy(instance => instance.Key)
                .Take(most)
                .ToList();
            if (found.Count == 0)
                break;
            await LoadMessagesAsync(transaction, found, claim);

            // Between the look and the lock the message may have been taken in by a step that ended: such an instance has nothing to do.
            var waiting = found.Where(instance => instance.Waits(claim.Now)).ToList();
            given.AddRange(waiting.Select(instance => (instance, instance.Give(claim))));
            if (waiting.Count == found.Count)
                break;
        }

        var skipped = given.Count < claim.Most && await HasOthersAsync(transaction, claim, [.. given.Select(row => row.Instance.Key)]);
        return ((given.ConvertAll(row => row.Step), skipped), GroupWrites.Lease([.. given.Select(row => row.Instance)]) is { } lease ? [lease] : []);
    }

    public static async Task<(IReadOnlyList<ActivityLease> Result, IReadOnlyList<Statement> Writes)> ActivitiesAsync(PostgresTransaction transaction, Claim claim)
    {
        var (names, refusedNames, refusedVersions) = Filter(claim);
        var waiting = new Query<LoadedActivity>(
            $"SELECT {PostgresRows.ActivityColumns} FROM activities a JOIN instances i ON i.key = a.instance_key "
            + $"WHERE a.lease_token IS NULL AND {In("a")} ORDER BY a.scheduled_at, a.key LIMIT $1 FOR UPDATE OF a SKIP LOCKED",
            row =>
            {
                var (key, work, lease) = PostgresRows.Activity(row);
                return new LoadedActivity(key, work, lease);
            },
            claim.Most,
            names,
            refusedNames,
            refusedVersions);
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

    /// <summary>Whether more waits than was given: it was locked.</summary>
    private static async Task<bool> HasOthersAsync(PostgresTransaction transaction, Claim claim, HashSet<long> given)
    {
        var (atOnce, due) = (
            Waiting(claim, given.Count + 1, isTimed: false, locks: false), Waiting(claim, given.Count + 1, isTimed: true, locks: false));
        await transaction.ReadAsync([atOnce, due]);
        return atOnce.Rows.Concat(due.Rows).Any(row => !given.Contains(row.Instance.Key));
    }

    private static Query<(LoadedInstance Instance, long VisibleAt, long Message)> Waiting(Claim claim, int most, bool isTimed, bool locks)
    {
        var (names, refusedNames, refusedVersions) = Filter(claim);
        string Due(string message) => isTimed ? $"{message}.is_timed AND {message}.visible_at <= $5" : $"NOT {message}.is_timed";
        return new Query<(LoadedInstance, long, long)>(
            $"SELECT {PostgresRows.InstanceColumns}, m.visible_at, m.key FROM inbox m JOIN instances i ON i.key = m.instance_key "
            + $"WHERE {Due("m")} AND i.lease_token IS NULL AND NOT i.is_suspended AND (i.start_at IS NULL OR i.start_at <= $5) AND {In("i")} "
            + "AND NOT EXISTS (SELECT FROM inbox e WHERE e.instance_key = m.instance_key "
            + $"AND {Due("e")} AND (e.visible_at, e.key) < (m.visible_at, m.key)) "
            + "ORDER BY m.visible_at, m.key LIMIT $1" + (locks ? " FOR UPDATE OF i SKIP LOCKED" : string.Empty),
            row => (PostgresRows.Loaded(row), row.GetInt64(24), row.GetInt64(25)),
            most,
            names,
            refusedNames,
            refusedVersions,
            claim.Now.UtcTicks);
    }

    private static async Task LoadMessagesAsync(PostgresTransaction transaction, List<LoadedInstance> found, Claim claim)
    {
        var messages = new Query<LoadedMessage>(
            $"SELECT {PostgresRows.MessageColumns} FROM unnest($1) AS i (key), LATERAL ("
            + "SELECT * FROM inbox w WHERE w.instance_key = i.key AND (NOT w.is_timed OR w.visible_at <= $2) ORDER BY w.is_front DESC, w.visible_at, w.key "
            + "LIMIT greatest($3, (SELECT count(*) FROM inbox f WHERE f.instance_key = i.key AND f.is_front))) m",
            PostgresRows.Message,
            found.Select(instance => instance.Key).ToArray(),
            claim.Now.UtcTicks,
            (long)Claim.MostMessages);
        await transaction.ReadAsync([messages]);
        var byKey = found.ToDictionary(instance => instance.Key);
        foreach (var message in messages.Rows)
            byKey[message.Receiver].Load(message);
    }

    private static string In(string table) => Names.Replace("{0}", table, StringComparison.Ordinal);

    private static (string[]? Names, string[] RefusedNames, string[] RefusedVersions) Filter(Claim claim) => (
        claim.Names?.Select(name => PostgresRows.NameKey(name)).ToArray(),
        [.. claim.Refused.Select(task => PostgresRows.NameKey(task.Name))],
        [.. claim.Refused.Select(task => PostgresRows.NameKey(task.Version))]);
}
