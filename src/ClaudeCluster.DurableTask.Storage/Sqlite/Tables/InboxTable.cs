using System.Text.Json;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Storage.Sqlite.Tables;

/// <summary>Messages that wait for their instances.</summary>
internal sealed class InboxTable(SqliteSession session)
{
    private const string OfInstance = "key BETWEEN ?1 AND ?2";
    private const string Due = "(is_timed = 0 OR visible_at <= ?3)";

    public void Add(KnownInstance receiver, InboxMessage message) => session.Execute(
        "INSERT INTO inbox (key, execution_id, is_front, is_timed, visible_at, event) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        RowKeys.Next(session, "inbox", receiver.Key, ref receiver.Keys.Inbox),
        message.ExecutionId,
        message.Front,
        message.IsTimed,
        SqliteRows.Ticks(message.VisibleAt),
        HistoryJson.WriteEventUtf8(message.Event));

    public void Remove(IReadOnlyList<long> messages)
    {
        foreach (var message in messages)
            session.Execute("DELETE FROM inbox WHERE key = ?1", message);
    }

    public void Clear(KnownInstance instance) =>
        session.Execute($"DELETE FROM inbox WHERE {OfInstance}", RowKeys.First(instance.Key), RowKeys.Last(instance.Key));

    /// <summary>Removes what is for one execution only.</summary>
    public void ClearExecution(KnownInstance instance) => session.Execute(
        $"DELETE FROM inbox WHERE {OfInstance} AND execution_id IS NOT NULL", RowKeys.First(instance.Key), RowKeys.Last(instance.Key));

    public bool HasDue(KnownInstance instance, DateTimeOffset now) => session.Scalar<long?>(
        $"SELECT 1 FROM inbox WHERE {OfInstance} AND {Due} LIMIT 1",
        RowKeys.First(instance.Key),
        RowKeys.Last(instance.Key),
        SqliteRows.Ticks(now)) is not null;

    /// <summary>What is due, in order. A message that cannot be read does not hold up its neighbours: the step is given and must fail.</summary>
    public ClaimedStep ReadDue(KnownInstance instance, DateTimeOffset now)
    {
        string? unreadable = null;
        List<InboxMessage> messages = [];
        session.ReadWhile(
            $"SELECT key, execution_id, is_front, is_timed, visible_at, event FROM inbox WHERE {OfInstance} AND {Due} "
            + $"ORDER BY is_front DESC, visible_at, key LIMIT max(?4, (SELECT count(*) FROM inbox WHERE {OfInstance} AND is_front = 1))",
            row =>
            {
                try
                {
                    messages.Add(Message(instance.Id, row));
                }
                catch (JsonException e)
                {
                    unreadable ??= $"A message to '{instance.Id}' cannot be read: {e.Message}";
                }

                return true;
            },
            RowKeys.First(instance.Key),
            RowKeys.Last(instance.Key),
            SqliteRows.Ticks(now),
            Claim.MostMessages);
        return new ClaimedStep(instance.ToLease(), messages) { Unreadable = unreadable };
    }

    private static InboxMessage Message(string instanceId, SqliteRow row) =>
        new(instanceId, row.TextOrNull(1), HistoryJson.ReadEvent(row.Utf8(5)), SqliteRows.Instant(row.Number(4)))
        {
            Id = row.Number(0),
            Front = row.Number(2) == 1,
            IsTimed = row.Number(3) == 1,
        };
}
