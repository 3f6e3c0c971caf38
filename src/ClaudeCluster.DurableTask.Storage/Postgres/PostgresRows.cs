using System.Text.Json;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;
using Npgsql;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>Rows become records and instants become ticks, in one place.</summary>
internal static class PostgresRows
{
    public const string InstanceColumns =
        "i.instance_id, i.execution_id, i.name, i.version, i.status, i.created_at, i.updated_at, i.start_at, i.input, i.output, i.custom_status, i.failure, "
        + "i.tags, i.parent_instance_id, i.parent_execution_id, i.parent_name, i.parent_task_id, i.revision, i.is_suspended, i.key, "
        + "i.lease_token, i.lease_worker, i.lease_until, i.deliveries";

    public const string MessageColumns = "m.instance_key, m.key, m.execution_id, m.is_front, m.is_timed, m.visible_at, m.event";

    public const string ActivityColumns =
        "i.instance_id, a.execution_id, a.task_id, a.name, a.version, a.input, a.tags, a.scheduled_at, a.key, "
        + "a.lease_token, a.lease_worker, a.lease_until, a.deliveries";

    /// <summary>How a name is compared: as <see cref="TaskName"/> does.</summary>
    public static string NameKey(string name) => name.ToUpperInvariant();

    public static long? Ticks(DateTimeOffset? instant) => instant?.UtcTicks;

    public static DateTimeOffset Instant(long ticks) => new(ticks, TimeSpan.Zero);

    /// <summary>A row of <see cref="InstanceColumns"/>.</summary>
    public static LoadedInstance Loaded(NpgsqlDataReader row) => new(row.GetInt64(19), Stored(row), isStored: true)
    {
        IsSuspended = row.GetBoolean(18),
        Lease = Held(row, 20),
    };

    /// <summary>A row of <see cref="InstanceColumns"/>, with the status as it is shown.</summary>
    public static InstanceState Instance(NpgsqlDataReader row) => LoadedInstance.Shown(Stored(row), row.GetBoolean(18));

    /// <summary>A row of <see cref="InstanceColumns"/> that is leased.</summary>
    public static StepLease Step(NpgsqlDataReader row) => Loaded(row).ToLease();

    /// <summary>
    /// A row of <see cref="MessageColumns"/>; the receiver is known by its key. One that cannot be read does not hold up its neighbours: in
    /// its place stands why.
    /// </summary>
    public static LoadedMessage Message(NpgsqlDataReader row)
    {
        try
        {
            var message = new InboxMessage(string.Empty, Text(row, 2), HistoryJson.ReadEvent(row.GetString(6)), Instant(row.GetInt64(5)))
            {
                Id = row.GetInt64(1),
                Front = row.GetBoolean(3),
                IsTimed = row.GetBoolean(4),
            };
            return new LoadedMessage(row.GetInt64(0), message, null);
        }
        catch (JsonException e)
        {
            return new LoadedMessage(row.GetInt64(0), null, e.Message);
        }
    }

    /// <summary>A row of <see cref="ActivityColumns"/>.</summary>
    public static (long Key, ActivityRow Work, Holding Lease) Activity(NpgsqlDataReader row) => (
        row.GetInt64(8),
        new ActivityRow(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetString(3), row.GetString(4), Text(row, 5))
        {
            Tags = HistoryJson.ReadTags(Text(row, 6)),
            ScheduledAt = Instant(row.GetInt64(7)),
        },
        Held(row, 9));

    private static Holding Held(NpgsqlDataReader row, int column) => new(
        Text(row, column), Text(row, column + 1) ?? string.Empty, row.IsDBNull(column + 2) ? default : Instant(row.GetInt64(column + 2)), row.GetInt32(column + 3));

    private static InstanceState Stored(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetString(2))
    {
        Version = row.GetString(3),
        Status = (OrchestrationRuntimeStatus)row.GetInt16(4),
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

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}

/// <summary>A stored message, or why it cannot be read.</summary>
internal readonly record struct LoadedMessage(long Receiver, InboxMessage? Message, string? Unreadable);
