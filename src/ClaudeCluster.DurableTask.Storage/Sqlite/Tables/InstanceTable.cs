using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Sqlite.Tables;

/// <summary>The rows of instances, and who holds their next steps.</summary>
internal sealed class InstanceTable(SqliteSession session)
{
    private const string SetState =
        "execution_id = ?2, version = ?3, version_key = ?4, status = ?5, is_open = ?6, updated_at = ?7, revision = ?8, input = ?9, output = ?10, "
        + "custom_status = ?11, failure = ?12, tags = ?13";

    private readonly List<KnownInstance> _unwritten = [];

    public KnownInstances Known { get; } = new();

    public KnownInstance? Find(string instanceId) => Known.Find(instanceId) ?? Read(instanceId);

    public KnownInstance Add(InstanceState state)
    {
        var key = session.Scalar<long>(
            $"INSERT INTO instances ({SqliteRows.StoredColumns}, name_key, version_key, is_open) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21) RETURNING key",
            state.InstanceId,
            state.ExecutionId,
            state.Name,
            state.Version,
            (long)state.Status,
            SqliteRows.Ticks(state.CreatedAt),
            SqliteRows.Ticks(state.LastUpdatedAt),
            SqliteRows.Ticks(state.StartAt),
            state.Input,
            state.Output,
            state.CustomStatus,
            HistoryJson.WriteFailure(state.Failure),
            HistoryJson.WriteTags(state.Tags),
            state.Parent?.InstanceId,
            state.Parent?.ExecutionId,
            state.Parent?.Name,
            state.Parent?.TaskId,
            state.Revision,
            SqliteRows.NameKey(state.Name),
            SqliteRows.NameKey(state.Version),
            !state.Status.IsTerminal());
        return Known.Keep(new KnownInstance(key, state) { Keys = RowKeys.OfNew(key) });
    }

    public void Remove(KnownInstance instance)
    {
        session.Execute("DELETE FROM instances WHERE key = ?1", instance.Key);
        Known.Forget(instance.Id);
        _unwritten.Remove(instance);
    }

    public void Become(KnownInstance instance, InstanceState after)
    {
        Known.Become(instance, after);
        instance.IsSuspended &= instance.IsOpen;
        Changed(instance, UnwrittenColumns.State | UnwrittenColumns.Turn);
    }

    public void Suspend(KnownInstance instance, bool suspended)
    {
        instance.IsSuspended = suspended;
        TurnChanged(instance);
    }

    public void Lease(KnownInstance instance, Claim claim)
    {
        instance.Token = claim.NewToken();
        instance.WorkerId = claim.WorkerId;
        instance.Until = claim.Until;
        instance.Deliveries++;
        TurnChanged(instance);
    }

    public void Release(KnownInstance instance, Disposition disposition)
    {
        instance.Token = instance.WorkerId = null;
        instance.Until = null;
        instance.Deliveries = disposition switch
        {
            Disposition.Done => 0,
            Disposition.Returned => instance.Deliveries - 1,
            _ => instance.Deliveries,
        };
        TurnChanged(instance);
    }

    /// <summary>Its lease, or what waits for it, is not what it was.</summary>
    public void TurnChanged(KnownInstance instance) => Changed(instance, UnwrittenColumns.Turn);

    /// <summary>At the end of a batch: each row that changed, once.</summary>
    public void WriteChanges()
    {
        foreach (var instance in _unwritten)
        {
            if (instance.Unwritten.HasFlag(UnwrittenColumns.State))
                WriteState(instance);
            if (instance.Unwritten.HasFlag(UnwrittenColumns.Turn))
                WriteTurn(instance);
            instance.Unwritten = UnwrittenColumns.None;
        }

        _unwritten.Clear();
    }

    public void Forget()
    {
        Known.Forget();
        _unwritten.Clear();
    }

    private void Changed(KnownInstance instance, UnwrittenColumns columns)
    {
        if (instance.Unwritten == UnwrittenColumns.None)
            _unwritten.Add(instance);
        instance.Unwritten |= columns;
    }

    private void WriteState(KnownInstance instance)
    {
        var state = instance.State;
        session.Execute(
            $"UPDATE instances SET {SetState} WHERE key = ?1",
            instance.Key,
            state.ExecutionId,
            state.Version,
            SqliteRows.NameKey(state.Version),
            (long)state.Status,
            instance.IsOpen,
            SqliteRows.Ticks(state.LastUpdatedAt),
            state.Revision,
            state.Input,
            state.Output,
            state.CustomStatus,
            HistoryJson.WriteFailure(state.Failure),
            HistoryJson.WriteTags(state.Tags));
    }

    /// <summary>Since when something waits is read from the inbox, and only while nobody holds the lease: who holds it reads the inbox itself.</summary>
    private void WriteTurn(KnownInstance instance) => session.Execute(
        "UPDATE instances SET is_suspended = ?2, lease_token = ?3, lease_worker = ?4, lease_until = ?5, deliveries = ?6, "
        + "ready_at = iif(?3 IS NULL, (SELECT min(visible_at) FROM inbox WHERE key BETWEEN ?7 AND ?8 AND is_timed = 0), NULL) WHERE key = ?1",
        instance.Key,
        instance.IsSuspended,
        instance.Token,
        instance.WorkerId,
        SqliteRows.Ticks(instance.Until),
        instance.Deliveries,
        RowKeys.First(instance.Key),
        RowKeys.Last(instance.Key));

    private KnownInstance? Read(string instanceId)
    {
        KnownInstance? found = null;
        session.ReadWhile(
            $"SELECT {SqliteRows.StoredColumns}, key, is_suspended, {SqliteRows.LeaseColumns} FROM instances WHERE instance_id = ?1",
            row =>
            {
                found = Known.Keep(new KnownInstance(row.Number(18), SqliteRows.Instance(row))
                {
                    IsSuspended = row.Number(19) == 1,
                    Token = row.TextOrNull(20),
                    WorkerId = row.TextOrNull(21),
                    Until = SqliteRows.Instant(row.NumberOrNull(22)),
                    Deliveries = row.Int32(23),
                });
                return false;
            },
            instanceId);
        return found;
    }
}
