using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Data.Sqlite;

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

    public static object? Ticks(DateTimeOffset? instant) => instant?.UtcTicks;

    public static DateTimeOffset Instant(long ticks) => new(ticks, TimeSpan.Zero);

    public static InstanceState Instance(SqliteDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2))
    {
        Version = row.GetString(3),
        Status = (OrchestrationRuntimeStatus)row.GetInt64(4),
        CreatedAt = Instant(row.GetInt64(5)),
        LastUpdatedAt = Instant(row.GetInt64(6)),
        StartAt = row.IsDBNull(7) ? null : Instant(row.GetInt64(7)),
        Input = Text(row, 8),
        Output = Text(row, 9),
        CustomStatus = Text(row, 10),
        Failure = HistoryJson.ReadFailure(Text(row, 11)),
        Tags = HistoryJson.ReadTags(Text(row, 12)),
        Parent = row.IsDBNull(13) ? null : new ParentInstance(row.GetString(13), row.GetString(14), row.GetString(15), row.GetInt32(16)),
        Revision = row.GetInt32(17),
    };

    /// <summary>A row of <see cref="InstanceColumns"/> and <see cref="LeaseColumns"/>.</summary>
    public static StepLease Step(SqliteDataReader row)
    {
        var state = Instance(row);
        return new StepLease(state.InstanceId, row.GetString(18), row.GetString(19), Instant(row.GetInt64(20)), row.GetInt32(21), state);
    }

    /// <summary>A row of <see cref="ActivityColumns"/>.</summary>
    public static ActivityLease Activity(SqliteDataReader row)
    {
        var activity = ActivityWork(row);
        return new ActivityLease(activity.InstanceId, row.GetString(8), row.GetString(9), Instant(row.GetInt64(10)), row.GetInt32(11), activity);
    }

    public static ActivityRow ActivityWork(SqliteDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetString(3), row.GetString(4), Text(row, 5))
        {
            Tags = HistoryJson.ReadTags(Text(row, 6)),
            ScheduledAt = Instant(row.GetInt64(7)),
        };

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
