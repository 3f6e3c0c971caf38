using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>Writes one batch, inside the transaction that the caller has begun, and hands out the work that it makes.</summary>
internal static class SqliteCommit
{
    public static Committed Write(SqliteSession session, CommitBatch batch, Handout? handout)
    {
        var verdict = Write(session, batch);
        return verdict == Verdict.Committed ? SqliteHandout.Give(session, batch, handout) : new Committed(CommitResult.Of(verdict), LeavesWork: false);
    }

    /// <summary>What a release sets; @1 is the <see cref="Disposition"/>.</summary>
    private static readonly string Released =
        "lease_token = NULL, lease_worker = NULL, lease_until = NULL, "
        + $"deliveries = CASE @1 WHEN {(int)Disposition.Done} THEN 0 WHEN {(int)Disposition.Returned} THEN deliveries - 1 ELSE deliveries END";

    private static Verdict Write(SqliteSession session, CommitBatch batch)
    {
        var stored = Stored.Find(session, batch.InstanceId);
        var verdict = Check(session, batch.Guard, stored);
        if (verdict != Verdict.Committed)
            return verdict;

        if (batch.Guard is Guard.HoldsActivity held)
            Settle(session, held.Token, batch.Leased);
        else if (batch.Guard is Guard.HoldsStep && stored is not null)
            ReleaseStep(session, stored.Key, batch.Leased);

        var key = stored?.Key ?? 0;
        if (batch.Instance is { } after)
            key = PutInstance(session, stored, after, replaces: batch.Guard is Guard.MayStart);
        var sameExecution = batch.Instance is null || stored?.ExecutionId == batch.Instance.ExecutionId;
        if (batch.Suspended is { } suspended)
            session.Execute("UPDATE instances SET is_suspended = @1 WHERE key = @0", key, suspended ? 1 : 0);
        foreach (var message in batch.Consumed)
            session.Execute("DELETE FROM inbox WHERE key = @0", message);
        if (batch.ReplacesHistory)
            session.Execute("DELETE FROM history WHERE instance_key = @0", key);
        if (batch.History.Count > 0 && sameExecution)
            session.Execute("INSERT INTO history (instance_key, events) VALUES (@0, @1)", key, HistoryJson.Write(batch.History));

        foreach (var child in batch.Children)
            Start(session, child);
        foreach (var revival in batch.Revivals)
            Revive(session, revival);
        foreach (var message in batch.Messages)
            Send(session, message);
        if (sameExecution && batch.Instance is null or { IsOpen: true })
        {
            foreach (var activity in batch.Activities)
                AddActivity(session, key, activity);
        }

        return verdict;
    }

    /// <summary>Removes an instance with all that belongs to it.</summary>
    public static void Remove(SqliteSession session, long key)
    {
        RemoveWork(session, key);
        session.Execute("DELETE FROM history WHERE instance_key = @0", key);
        session.Execute("DELETE FROM instances WHERE key = @0", key);
    }

    private static Verdict Check(SqliteSession session, Guard guard, Stored? stored) => guard switch
    {
        Guard.HoldsStep step => stored?.Token == step.Token ? Verdict.Committed : Verdict.LeaseLost,
        Guard.HoldsActivity held => session.Scalar<long>(
            "SELECT count(*) FROM activities WHERE lease_token = @0 AND instance_key = @1", held.Token, stored?.Key) == 1
            ? Verdict.Committed
            : Verdict.LeaseLost,
        Guard.MayStart start => stored is null || start.Replaceable.Contains(stored.Status) ? Verdict.Committed : Verdict.AlreadyExists,
        Guard.IsOpen when stored is null => Verdict.NoSuchInstance,
        Guard.IsOpen open => stored.IsOpen
            && (open.ExecutionId is null || open.ExecutionId == stored.ExecutionId)
            && (open.Revision is null || open.Revision == stored.Revision)
            ? Verdict.Committed
            : Verdict.NotOpen,
        Guard.HasStatus when stored is null => Verdict.NoSuchInstance,
        Guard.HasStatus has => stored.Status == has.Status && stored.ExecutionId == has.ExecutionId ? Verdict.Committed : Verdict.NotOpen,
        _ => throw new ArgumentOutOfRangeException(nameof(guard)),
    };

    private static void Settle(SqliteSession session, string token, Disposition disposition)
    {
        if (disposition == Disposition.Done)
            session.Execute("DELETE FROM activities WHERE lease_token = @0", token);
        else
            session.Execute($"UPDATE activities SET {Released} WHERE lease_token = @0", token, (long)disposition);
    }

    private static void ReleaseStep(SqliteSession session, long key, Disposition disposition) =>
        session.Execute($"UPDATE instances SET {Released} WHERE key = @0", key, (long)disposition);

    private static long PutInstance(SqliteSession session, Stored? stored, InstanceState after, bool replaces)
    {
        if (stored is null || replaces)
            return AddInstance(session, stored, after);
        if (stored.ExecutionId != after.ExecutionId)
            EndExecution(session, stored.Key);
        if (!after.IsOpen)
            RemoveWork(session, stored.Key);
        session.Execute(
            "UPDATE instances SET execution_id = @1, version = @2, status = @3, is_open = @4, updated_at = @5, input = @6, output = @7, custom_status = @8, "
            + "failure = @9, tags = @10, revision = @11, version_key = @12, is_suspended = is_suspended AND @4 WHERE key = @0",
            stored.Key,
            after.ExecutionId,
            after.Version,
            (long)after.Status,
            after.IsOpen ? 1 : 0,
            SqliteRows.Ticks(after.LastUpdatedAt),
            after.Input,
            after.Output,
            after.CustomStatus,
            HistoryJson.WriteFailure(after.Failure),
            HistoryJson.WriteTags(after.Tags),
            after.Revision,
            SqliteRows.NameKey(after.Version));
        if (!after.IsOpen)
            ReleaseStep(session, stored.Key, Disposition.Done);
        return stored.Key;
    }

    private static long AddInstance(SqliteSession session, Stored? replaced, InstanceState state)
    {
        if (replaced is not null)
            Remove(session, replaced.Key);
        return session.Scalar<long>(
            $"INSERT INTO instances ({SqliteRows.StoredColumns}, name_key, version_key, is_open) "
            + "VALUES (@0, @1, @2, @3, @4, @5, @6, @7, @8, @9, @10, @11, @12, @13, @14, @15, @16, @17, @18, @19, @20) RETURNING key",
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
            state.IsOpen ? 1 : 0);
    }

    private static void EndExecution(SqliteSession session, long key)
    {
        session.Execute("DELETE FROM history WHERE instance_key = @0", key);
        session.Execute("DELETE FROM activities WHERE instance_key = @0", key);
        session.Execute("DELETE FROM inbox WHERE instance_key = @0 AND execution_id IS NOT NULL", key);
    }

    private static void RemoveWork(SqliteSession session, long key)
    {
        session.Execute("DELETE FROM activities WHERE instance_key = @0", key);
        session.Execute("DELETE FROM inbox WHERE instance_key = @0", key);
    }

    private static void Start(SqliteSession session, ChildStart child)
    {
        var existing = Stored.Find(session, child.Instance.InstanceId);
        if (existing is not null && (existing.IsOpen || existing.ParentId != child.Instance.Parent?.InstanceId))
        {
            Send(session, child.IfTaken);
            return;
        }

        AddInstance(session, existing, child.Instance);
        Send(session, child.Start);
    }

    private static void Revive(SqliteSession session, Revival revival)
    {
        var child = SqliteReads.Instance(session, revival.Rewound.InstanceId);
        if (child is null || child.Parent != revival.Anew.Instance.Parent)
        {
            Start(session, revival.Anew);
        }
        else if (child.Status == OrchestrationRuntimeStatus.Completed)
        {
            Send(session, Endings.AnswerToParent(child, revival.Rewound.VisibleAt)!);
        }
        else if (!child.IsOpen)
        {
            PutInstance(session, Stored.Find(session, child.InstanceId), Endings.Undone(child), replaces: false);
            Send(session, revival.Rewound);
        }
    }

    /// <summary>To nobody, if the receiver, or the execution meant, is not open.</summary>
    private static void Send(SqliteSession session, InboxMessage message) => session.Execute(
        "INSERT INTO inbox (instance_key, execution_id, is_front, is_timed, visible_at, event) "
        + "SELECT key, @1, @2, @3, @4, @5 FROM instances WHERE instance_id = @0 AND is_open = 1 AND (@1 IS NULL OR execution_id = @1)",
        message.InstanceId,
        message.ExecutionId,
        message.Front ? 1 : 0,
        message.IsTimed ? 1 : 0,
        SqliteRows.Ticks(message.VisibleAt),
        HistoryJson.WriteEvent(message.Event));

    private static void AddActivity(SqliteSession session, long key, ActivityRow activity) => session.Execute(
        "INSERT INTO activities (instance_key, execution_id, task_id, name, name_key, version, version_key, input, tags, scheduled_at) "
        + "VALUES (@0, @1, @2, @3, @4, @5, @6, @7, @8, @9)",
        key,
        activity.ExecutionId,
        activity.TaskId,
        activity.Name,
        SqliteRows.NameKey(activity.Name),
        activity.Version,
        SqliteRows.NameKey(activity.Version),
        activity.Input,
        HistoryJson.WriteTags(activity.Tags),
        SqliteRows.Ticks(activity.ScheduledAt));

    /// <summary>What a guard must know of an instance.</summary>
    private sealed record Stored(long Key, string ExecutionId, OrchestrationRuntimeStatus Status, string? Token, string? ParentId, int Revision)
    {
        public bool IsOpen => !Status.IsTerminal();

        public static Stored? Find(SqliteSession session, string instanceId) => session.Rows(
            $"SELECT key, execution_id, {SqliteRows.Status}, lease_token, parent_instance_id, revision FROM instances WHERE instance_id = @0",
            row => new Stored(
                row.GetInt64(0),
                row.GetString(1),
                (OrchestrationRuntimeStatus)row.GetInt64(2),
                row.IsDBNull(3) ? null : row.GetString(3),
                row.IsDBNull(4) ? null : row.GetString(4),
                row.GetInt32(5)),
            instanceId).FirstOrDefault();
    }
}
