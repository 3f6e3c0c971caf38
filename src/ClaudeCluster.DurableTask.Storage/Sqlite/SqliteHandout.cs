using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>Leases, inside the transaction of a commit, the work which that commit has made.</summary>
internal static class SqliteHandout
{
    public static Committed Give(SqliteSession session, CommitBatch batch, Handout? handout)
    {
        // Without a claim nobody says what time it is: then rather one ring too many.
        var now = handout?.Steps?.Now ?? handout?.Activities?.Now ?? DateTimeOffset.MaxValue;
        var waiting = batch.Touched.Select(id => Waiting(session, id, now)).OfType<(long Key, InstanceState State)>().ToList();
        var steps = handout?.Steps is { } forSteps
            ? waiting.Where(found => forSteps.Takes(found.State)).Take(forSteps.Most).Select(found => SqliteClaims.Step(session, found.Key, forSteps)).ToList()
            : [];
        var free = Free(session, batch.InstanceId);
        var activities = handout?.Activities is { } forActivities
            ? free.Where(found => forActivities.Takes(found.Work)).Take(forActivities.Most).Select(found => SqliteClaims.Activity(session, found.Key, forActivities)).ToList()
            : [];
        return new Committed(
            new CommitResult(Verdict.Committed, steps, activities), steps.Count < waiting.Count || activities.Count < free.Count);
    }

    private static (long Key, InstanceState State)? Waiting(SqliteSession session, string instanceId, DateTimeOffset now)
    {
        var found = session.Rows(
            $"SELECT {SqliteRows.InstanceColumns}, key FROM instances WHERE instance_id = @0 AND lease_token IS NULL AND is_suspended = 0 "
            + "AND (start_at IS NULL OR start_at <= @1) "
            + "AND EXISTS (SELECT 1 FROM inbox WHERE instance_key = instances.key AND (is_timed = 0 OR visible_at <= @1))",
            row => (row.GetInt64(18), SqliteRows.Instance(row)),
            instanceId,
            SqliteRows.Ticks(now));
        return found.Count == 0 ? null : found[0];
    }

    private static List<(long Key, ActivityRow Work)> Free(SqliteSession session, string instanceId) => session.Rows(
        $"SELECT {SqliteRows.ActivityColumns}, a.key FROM activities a JOIN instances i ON i.key = a.instance_key "
        + "WHERE i.instance_id = @0 AND a.lease_token IS NULL ORDER BY a.key",
        row => (row.GetInt64(12), SqliteRows.ActivityWork(row)),
        instanceId);
}

/// <summary>What became of a batch, and whether it left work that nobody has taken.</summary>
internal sealed record Committed(CommitResult Result, bool LeavesWork);
