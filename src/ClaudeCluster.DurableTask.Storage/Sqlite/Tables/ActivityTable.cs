using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Sqlite.Tables;

/// <summary>Activities that wait for a worker or are held by one.</summary>
internal sealed class ActivityTable(SqliteSession session)
{
    private const int MostKnown = 10_000;

    /// <summary>The keys of those that were leased lately, by token.</summary>
    private readonly Dictionary<string, long> _keys = new(StringComparer.Ordinal);

    public void Add(KnownInstance instance, ActivityRow activity) => Add(instance, activity, null, null);

    /// <summary>Adds it as held already.</summary>
    public ActivityLease AddLeased(KnownInstance instance, ActivityRow activity, Claim claim)
    {
        var token = claim.NewToken();
        _keys[token] = Add(instance, activity, claim, token);
        return new ActivityLease(instance.Id, token, claim.WorkerId, claim.Until, 1, activity);
    }

    /// <summary>The key of the instance's activity that is held under this token; null if there is none.</summary>
    public long? FindHeld(KnownInstance? instance, string token)
    {
        if (instance is null)
            return null;
        if (_keys.TryGetValue(token, out var key))
            return key >= RowKeys.First(instance.Key) && key <= RowKeys.Last(instance.Key) ? key : null;
        return session.Scalar<long?>(
            "SELECT key FROM activities WHERE key BETWEEN ?1 AND ?2 AND lease_token = ?3", RowKeys.First(instance.Key), RowKeys.Last(instance.Key), token);
    }

    public void Settle(long key, string token, Disposition disposition)
    {
        _keys.Remove(token);
        if (disposition == Disposition.Done)
        {
            session.Execute("DELETE FROM activities WHERE key = ?1", key);
            return;
        }

        session.Execute(
            "UPDATE activities SET lease_token = NULL, lease_worker = NULL, lease_until = NULL, deliveries = deliveries - ?2 WHERE key = ?1",
            key,
            disposition == Disposition.Returned);
    }

    public void Lease(long key, Claim claim)
    {
        var token = claim.NewToken();
        session.Execute(
            "UPDATE activities SET lease_token = ?2, lease_worker = ?3, lease_until = ?4, deliveries = deliveries + 1 WHERE key = ?1",
            key,
            token,
            claim.WorkerId,
            SqliteRows.Ticks(claim.Until));
        _keys[token] = key;
    }

    public void Clear(KnownInstance instance)
    {
        var (first, last) = (RowKeys.First(instance.Key), RowKeys.Last(instance.Key));
        if (session.Execute("DELETE FROM activities WHERE key BETWEEN ?1 AND ?2", first, last) == 0)
            return;
        foreach (var token in _keys.Where(known => known.Value >= first && known.Value <= last).Select(known => known.Key).ToList())
            _keys.Remove(token);
    }

    public void Forget() => _keys.Clear();

    public void Trim()
    {
        if (_keys.Count > MostKnown)
            Forget();
    }

    private long Add(KnownInstance instance, ActivityRow activity, Claim? claim, string? token)
    {
        var key = RowKeys.Next(session, "activities", instance.Key, ref instance.Keys.Activities);
        session.Execute(
            "INSERT INTO activities (key, execution_id, task_id, name, name_key, version, version_key, input, tags, scheduled_at, head_start, "
            + "lease_token, lease_worker, lease_until, deliveries) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            key,
            activity.ExecutionId,
            activity.TaskId,
            activity.Name,
            SqliteRows.NameKey(activity.Name),
            activity.Version,
            SqliteRows.NameKey(activity.Version),
            activity.Input,
            HistoryJson.WriteTags(activity.Tags),
            SqliteRows.Ticks(activity.ScheduledAt),
            DispatchOrder.HeadStart(activity.Tags).Ticks,
            token,
            claim?.WorkerId,
            SqliteRows.Ticks(claim?.Until),
            claim is null ? 0 : 1);
        return key;
    }
}
