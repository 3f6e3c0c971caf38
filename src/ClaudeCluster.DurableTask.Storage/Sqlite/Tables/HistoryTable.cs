using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Storage.Sqlite.Tables;

/// <summary>What has happened, one row per step.</summary>
internal sealed class HistoryTable(SqliteSession session)
{
    public void Append(KnownInstance instance, IReadOnlyList<HistoryEvent> events) => session.Execute(
        "INSERT INTO history (key, events) VALUES (?1, ?2)",
        RowKeys.Next(session, "history", instance.Key, ref instance.Keys.History),
        HistoryJson.WriteUtf8(events));

    public void Clear(KnownInstance instance)
    {
        session.Execute("DELETE FROM history WHERE key BETWEEN ?1 AND ?2", RowKeys.First(instance.Key), RowKeys.Last(instance.Key));
        instance.Keys.History = RowKeys.First(instance.Key) - 1;
    }
}
