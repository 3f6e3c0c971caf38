using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>The statements that write what a group of commits has changed: first what goes, then what is new, then the instances.</summary>
internal static class GroupWrites
{
    /// <summary>Since when something waits is read from the inbox, when all of it has been written, and only while nobody holds the lease.</summary>
    private const string ReadyAt =
        "CASE WHEN r.token IS NULL THEN (SELECT min(m.visible_at) FROM inbox m WHERE m.instance_key = r.key AND NOT m.is_timed) END";

    public static IReadOnlyList<Statement> Of(IEnumerable<LoadedInstance> instances)
    {
        var all = instances.ToList();
        var replaced = all.Where(instance => instance.Replaced is not null).Select(instance => instance.Replaced!.Value).ToList();
        List<Statement?> writes =
        [
            Remove("DELETE FROM history WHERE instance_key = ANY($1)", Keys(all, instance => instance.DropsHistory), replaced),
            Remove("DELETE FROM activities WHERE instance_key = ANY($1)", Keys(all, instance => instance.DropsActivities), replaced),
            Remove("DELETE FROM inbox WHERE instance_key = ANY($1)", Keys(all, instance => instance.DropsInbox == true), replaced),
            Remove("DELETE FROM inbox WHERE instance_key = ANY($1) AND execution_id IS NOT NULL", Keys(all, instance => instance.DropsInbox == false)),
            Remove("DELETE FROM instances WHERE key = ANY($1)", replaced),
            Consume(all),
            Remove("DELETE FROM activities WHERE key = ANY($1)", [.. all.SelectMany(instance => instance.Held).Where(held => held.IsGone).Select(held => held.Key)]),
            Release([.. all.SelectMany(instance => instance.Held).Where(held => held.HasNewLease && !held.IsGone)]),
            AddHistory(all),
            AddMessages(all),
            AddActivities(all),
            Lease([.. all.Where(instance => !instance.IsNew && instance.HasNewTurn && !instance.HasNewRow)]),
            Change([.. all.Where(instance => !instance.IsNew && instance.HasNewRow)]),
            Add([.. all.Where(instance => instance.IsNew)]),
        ];
        return [.. writes.OfType<Statement>()];
    }

    private static IEnumerable<long> Keys(List<LoadedInstance> all, Func<LoadedInstance, bool> drops) =>
        all.Where(instance => !instance.IsNew && drops(instance)).Select(instance => instance.Key);

    private static Statement? Remove(string sql, params IEnumerable<long>[] keys)
    {
        var all = keys.SelectMany(some => some).ToArray();
        return all.Length == 0 ? null : new Statement(sql, [all]);
    }

    private static Statement? Consume(List<LoadedInstance> all)
    {
        var taken = all.SelectMany(instance => instance.Consumed.Select(message => (instance.Key, Message: message))).ToList();
        return taken.Count == 0 ? null : new Statement(
            "DELETE FROM inbox m USING unnest($1, $2) AS c (instance_key, key) WHERE m.instance_key = c.instance_key AND m.key = c.key",
            taken.Select(row => row.Key).ToArray(),
            taken.Select(row => row.Message).ToArray());
    }

    /// <summary>Who holds activities that are otherwise as they were.</summary>
    public static Statement? Release(List<LoadedActivity> rows) => rows.Count == 0 ? null : new Statement(
        "UPDATE activities a SET lease_token = r.token, lease_worker = r.worker, lease_until = r.until, deliveries = r.deliveries "
        + "FROM unnest($1, $2, $3, $4, $5) AS r (key, token, worker, until, deliveries) WHERE a.key = r.key",
        [rows.Select(row => row.Key).ToArray(), .. Held([.. rows.Select(row => row.Lease)])]);

    /// <summary>Whose turn the next step of instances is that are otherwise as they were.</summary>
    public static Statement? Lease(IReadOnlyCollection<LoadedInstance> rows) => rows.Count == 0 ? null : new Statement(
        $"UPDATE instances i SET lease_token = r.token, lease_worker = r.worker, lease_until = r.until, deliveries = r.deliveries, ready_at = {ReadyAt} "
        + "FROM unnest($1, $2, $3, $4, $5) AS r (key, token, worker, until, deliveries) WHERE i.key = r.key",
        [rows.Select(row => row.Key).ToArray(), .. Held([.. rows.Select(row => row.Lease)])]);

    private static Statement? Change(List<LoadedInstance> rows) => rows.Count == 0 ? null : new Statement(
        "UPDATE instances i SET execution_id = r.execution_id, version = r.version, version_key = r.version_key, status = r.status, is_open = r.is_open, "
        + "updated_at = r.updated_at, revision = r.revision, is_suspended = r.is_suspended, "
        + "input = CASE WHEN r.has_new_input THEN r.input ELSE i.input END, output = r.output, "
        + "custom_status = r.custom_status, failure = r.failure, tags = r.tags, "
        + $"lease_token = r.token, lease_worker = r.worker, lease_until = r.until, deliveries = r.deliveries, ready_at = {ReadyAt} "
        + "FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) AS r "
        + "(key, token, worker, until, deliveries, execution_id, version, version_key, status, is_open, updated_at, revision, is_suspended, "
        + "has_new_input, input, output, custom_status, failure, tags) WHERE i.key = r.key",
        [
            rows.Select(row => row.Key).ToArray(),
            .. Held([.. rows.Select(row => row.Lease)]),
            .. Common(rows),
            rows.Select(row => row.HasNewInput).ToArray(),
            rows.Select(row => row.HasNewInput ? row.Row.Input : null).ToArray(),
            .. Payloads(rows),
        ]);

    private static Statement? Add(List<LoadedInstance> rows)
    {
        // In the order of their ids, as with all locks: two who begin the same two instances must not wait for each other.
        rows.Sort((left, right) => string.CompareOrdinal(left.Row.InstanceId, right.Row.InstanceId));
        return rows.Count == 0 ? null : new Statement(
            "INSERT INTO instances (key, lease_token, lease_worker, lease_until, deliveries, execution_id, version, version_key, status, is_open, updated_at, "
            + "revision, is_suspended, instance_id, name, name_key, created_at, start_at, input, output, custom_status, failure, tags, "
            + $"parent_instance_id, parent_execution_id, parent_name, parent_task_id, ready_at) SELECT r.*, {ReadyAt} FROM "
            + "unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27) AS r (key, token)",
            [
                rows.Select(row => row.Key).ToArray(),
                .. Held([.. rows.Select(row => row.Lease)]),
                .. Common(rows),
                rows.Select(row => row.Row.InstanceId).ToArray(),
                rows.Select(row => row.Row.Name).ToArray(),
                rows.Select(row => PostgresRows.NameKey(row.Row.Name)).ToArray(),
                rows.Select(row => row.Row.CreatedAt.UtcTicks).ToArray(),
                rows.Select(row => PostgresRows.Ticks(row.Row.StartAt)).ToArray(),
                rows.Select(row => row.Row.Input).ToArray(),
                .. Payloads(rows),
                rows.Select(row => row.Row.Parent?.InstanceId).ToArray(),
                rows.Select(row => row.Row.Parent?.ExecutionId).ToArray(),
                rows.Select(row => row.Row.Parent?.Name).ToArray(),
                rows.Select(row => row.Row.Parent?.TaskId).ToArray(),
            ]);
    }

    private static Statement? AddHistory(List<LoadedInstance> all)
    {
        var steps = all.SelectMany(instance => instance.Steps.Select(step => (Instance: instance.Key, step.Key, step.Events))).ToList();
        return steps.Count == 0 ? null : new Statement(
            "INSERT INTO history (instance_key, key, events) SELECT * FROM unnest($1, $2, $3)",
            steps.Select(step => step.Instance).ToArray(),
            steps.Select(step => step.Key).ToArray(),
            steps.Select(step => step.Events).ToArray());
    }

    private static Statement? AddMessages(List<LoadedInstance> all)
    {
        var sent = all.SelectMany(instance => instance.Sent.Select(message => (instance.Key, Message: message))).ToList();
        return sent.Count == 0 ? null : new Statement(
            "INSERT INTO inbox (instance_key, key, execution_id, is_front, is_timed, visible_at, event) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)",
            sent.Select(row => row.Key).ToArray(),
            sent.Select(row => row.Message.Id).ToArray(),
            sent.Select(row => row.Message.ExecutionId).ToArray(),
            sent.Select(row => row.Message.Front).ToArray(),
            sent.Select(row => row.Message.IsTimed).ToArray(),
            sent.Select(row => row.Message.VisibleAt.UtcTicks).ToArray(),
            sent.Select(row => HistoryJson.WriteEvent(row.Message.Event)).ToArray());
    }

    private static Statement? AddActivities(List<LoadedInstance> all)
    {
        var rows = all.SelectMany(instance => instance.Scheduled.Select(activity => (instance.Key, Activity: activity))).ToList();
        return rows.Count == 0 ? null : new Statement(
            "INSERT INTO activities (key, lease_token, lease_worker, lease_until, deliveries, instance_key, execution_id, task_id, name, name_key, "
            + "version, version_key, input, tags, scheduled_at, head_start) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
            [
                rows.Select(row => row.Activity.Key).ToArray(),
                .. Held([.. rows.Select(row => row.Activity.Lease)]),
                rows.Select(row => row.Key).ToArray(),
                rows.Select(row => row.Activity.Work.ExecutionId).ToArray(),
                rows.Select(row => row.Activity.Work.TaskId).ToArray(),
                rows.Select(row => row.Activity.Work.Name).ToArray(),
                rows.Select(row => PostgresRows.NameKey(row.Activity.Work.Name)).ToArray(),
                rows.Select(row => row.Activity.Work.Version).ToArray(),
                rows.Select(row => PostgresRows.NameKey(row.Activity.Work.Version)).ToArray(),
                rows.Select(row => row.Activity.Work.Input).ToArray(),
                rows.Select(row => HistoryJson.WriteTags(row.Activity.Work.Tags)).ToArray(),
                rows.Select(row => row.Activity.Work.ScheduledAt.UtcTicks).ToArray(),
                rows.Select(row => DispatchOrder.HeadStart(row.Activity.Work.Tags).Ticks).ToArray(),
            ]);
    }

    private static object[] Held(Holding[] leases) =>
    [
        leases.Select(lease => lease.Token).ToArray(),
        leases.Select(lease => lease.Token is null ? null : lease.WorkerId).ToArray(),
        leases.Select(lease => lease.Token is null ? (long?)null : lease.Until.UtcTicks).ToArray(),
        leases.Select(lease => lease.Deliveries).ToArray(),
    ];

    private static object[] Common(List<LoadedInstance> rows) =>
    [
        rows.Select(row => row.Row.ExecutionId).ToArray(),
        rows.Select(row => row.Row.Version).ToArray(),
        rows.Select(row => PostgresRows.NameKey(row.Row.Version)).ToArray(),
        rows.Select(row => (short)row.Row.Status).ToArray(),
        rows.Select(row => row.Row.IsOpen).ToArray(),
        rows.Select(row => row.Row.LastUpdatedAt.UtcTicks).ToArray(),
        rows.Select(row => row.Row.Revision).ToArray(),
        rows.Select(row => row.IsSuspended).ToArray(),
    ];

    private static object[] Payloads(List<LoadedInstance> rows) =>
    [
        rows.Select(row => row.Row.Output).ToArray(),
        rows.Select(row => row.Row.CustomStatus).ToArray(),
        rows.Select(row => HistoryJson.WriteFailure(row.Row.Failure)).ToArray(),
        rows.Select(row => HistoryJson.WriteTags(row.Row.Tags)).ToArray(),
    ];
}
