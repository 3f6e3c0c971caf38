using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>Rows become records and instants become ticks, in one place.</summary>
internal static class SqliteRows
{
    public const string StoredColumns =
        "instance_id, execution_id, name, version, status, created_at, updated_at, start_at, input, output, custom_status, failure, tags, "
        + "parent_instance_id, parent_execution_id, parent_name, parent_task_id, revision";

    /// <summary>The status as it is shown: an open instance that is suspended has its own.</summary>
    public static readonly string Status = $"iif(is_suspended AND is_open, {(int)OrchestrationRuntimeStatus.Suspended}, status)";

    /// <summary><see cref="StoredColumns"/>, with the status as it is shown.</summary>
    public static readonly string InstanceColumns = StoredColumns.Replace(" status,", $" {Status},", StringComparison.Ordinal);

    public const string LeaseColumns = "lease_token, lease_worker, lease_until, deliveries";

    public const string ActivityColumns =
        "i.instance_id, a.execution_id, a.task_id, a.name, a.version, a.input, a.tags, a.scheduled_at, "
        + "a.lease_token, a.lease_worker, a.lease_until, a.deliveries";

    /// <summary>How a name is compared: as <see cref="TaskName"/> does.</summary>
    public static string NameKey(string name) => name.ToUpperInvariant();

    public static long Ticks(DateTimeOffset instant) => instant.UtcTicks;

    public static long? Ticks(DateTimeOffset? instant) => instant?.UtcTicks;

    public static DateTimeOffset Instant(long ticks) => new(ticks, TimeSpan.Zero);

    public static DateTimeOffset? Instant(long? ticks) => ticks is { } known ? Instant(known) : null;

    public static InstanceState Instance(SqliteRow row) => new(row.Text(0), row.Text(1), row.Text(2))
    {
        Version = row.Text(3),
        Status = (OrchestrationRuntimeStatus)row.Number(4),
        CreatedAt = Instant(row.Number(5)),
        LastUpdatedAt = Instant(row.Number(6)),
        StartAt = row.IsNull(7) ? null : Instant(row.Number(7)),
        Input = row.TextOrNull(8),
        Output = row.TextOrNull(9),
        CustomStatus = row.TextOrNull(10),
        Failure = HistoryJson.ReadFailure(row.TextOrNull(11)),
        Tags = HistoryJson.ReadTags(row.TextOrNull(12)),
        Parent = row.IsNull(13) ? null : new ParentInstance(row.Text(13), row.Text(14), row.Text(15), row.Int32(16)),
        Revision = row.Int32(17),
    };

    /// <summary>A row of <see cref="InstanceColumns"/> and <see cref="LeaseColumns"/>.</summary>
    public static StepLease Step(SqliteRow row)
    {
        var state = Instance(row);
        return new StepLease(state.InstanceId, row.Text(18), row.Text(19), Instant(row.Number(20)), row.Int32(21), state);
    }

    /// <summary>A row of <see cref="ActivityColumns"/>.</summary>
    public static ActivityLease Activity(SqliteRow row)
    {
        var activity = ActivityWork(row);
        return new ActivityLease(activity.InstanceId, row.Text(8), row.Text(9), Instant(row.Number(10)), row.Int32(11), activity);
    }

    public static ActivityRow ActivityWork(SqliteRow row) =>
        new(row.Text(0), row.Text(1), row.Int32(2), row.Text(3), row.Text(4), row.TextOrNull(5))
        {
            Tags = HistoryJson.ReadTags(row.TextOrNull(6)),
            ScheduledAt = Instant(row.Number(7)),
        };
}
