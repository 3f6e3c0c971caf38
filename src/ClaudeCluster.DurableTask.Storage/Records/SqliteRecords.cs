using System.Globalization;
using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.DurableTask.Storage.Records;

/// <summary>Records in a hub's file, by its one writer.</summary>
internal sealed class SqliteRecords(Func<SqliteWriter> writer, Func<SqliteHubReader> reader) : IRecordStore
{
    public Task<StoredRecord?> GetAsync(string kind, string key, CancellationToken cancellation = default)
    {
        RecordNames.Check(kind, key);
        return Task.FromResult(reader().Read(session => Find(session, kind, key)));
    }

    public Task<long?> PutAsync(string kind, string key, string json, long expected, CancellationToken cancellation = default)
    {
        RecordNames.Check(kind, key);
        return writer().WriteAsync<long?>(tables =>
        {
            var session = tables.Session;
            if ((Find(session, kind, key)?.Revision ?? 0) != expected)
                return null;
            var revision = NextRevision(session);
            session.Execute(
                "INSERT INTO records (kind, key, revision, json) VALUES (?1, ?2, ?3, ?4) "
                + "ON CONFLICT (kind, key) DO UPDATE SET revision = excluded.revision, json = excluded.json",
                kind,
                key,
                revision,
                json);
            return revision;
        });
    }

    public Task<bool> DeleteAsync(string kind, string key, long expected, CancellationToken cancellation = default)
    {
        RecordNames.Check(kind, key);
        return writer().WriteAsync(tables =>
            tables.Session.Execute("DELETE FROM records WHERE kind = ?1 AND key = ?2 AND revision = ?3", kind, key, expected) > 0);
    }

    public Task<IReadOnlyList<StoredRecord>> ListAsync(string kind, string prefix, string? after, int most, CancellationToken cancellation = default)
    {
        RecordNames.CheckKind(kind);
        return Task.FromResult<IReadOnlyList<StoredRecord>>(reader().Read(session => session.Rows(
            "SELECT key, json, revision FROM records WHERE kind = ?1 AND key >= ?2 AND key > ?3 AND substr(key, 1, length(?2)) = ?2 ORDER BY key LIMIT ?4",
            Record,
            kind,
            prefix,
            after ?? string.Empty,
            most)));
    }

    public Task<long> AppendAsync(string log, string json, CancellationToken cancellation = default)
    {
        RecordNames.CheckKind(log);
        return writer().WriteAsync(tables =>
        {
            tables.Session.Execute("INSERT INTO logs (log, json) VALUES (?1, ?2)", log, json);
            return tables.Session.Scalar<long>("SELECT last_insert_rowid()");
        });
    }

    public Task<IReadOnlyList<LogEntry>> ReadLogAsync(string log, long after, int most, CancellationToken cancellation = default)
    {
        RecordNames.CheckKind(log);
        return Task.FromResult<IReadOnlyList<LogEntry>>(reader().Read(session => session.Rows(
            "SELECT number, json FROM logs WHERE log = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
            row => new LogEntry(row.Number(0), row.Text(1)),
            log,
            after,
            most)));
    }

    private static StoredRecord? Find(SqliteSession session, string kind, string key) =>
        session.Rows("SELECT key, json, revision FROM records WHERE kind = ?1 AND key = ?2", Record, kind, key).FirstOrDefault();

    private static StoredRecord Record(SqliteRow row) => new(row.Text(0), row.Text(1), row.Number(2));

    private static long NextRevision(SqliteSession session)
    {
        session.Execute("UPDATE hub SET value = CAST(value AS INTEGER) + 1 WHERE name = 'record_revision'");
        return long.Parse(session.Scalar<string>("SELECT value FROM hub WHERE name = 'record_revision'")!, CultureInfo.InvariantCulture);
    }
}
