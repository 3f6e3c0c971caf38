using ClaudeCluster.DurableTask.Storage.Postgres;
using Npgsql;

namespace ClaudeCluster.DurableTask.Storage.Records;

/// <summary>
/// Records in a hub's schema. Who writes a record or a log holds its lock until the commit: so a revision is compared with what is there,
/// and a log's numbers become visible in their order.
/// </summary>
internal sealed class PostgresRecords(PostgresTransactions transactions) : IRecordStore
{
    public async Task<StoredRecord?> GetAsync(string kind, string key, CancellationToken cancellation = default)
    {
        RecordNames.Check(kind, key);
        return (await transactions.ReadAsync(() => Find(kind, key))).FirstOrDefault();
    }

    public Task<long?> PutAsync(string kind, string key, string json, long expected, CancellationToken cancellation = default)
    {
        RecordNames.Check(kind, key);
        StorableText.Check("record", json);
        return transactions.RunAsync<long?>(async transaction =>
        {
            var (found, number) = (Find(kind, key), NextNumber());
            await transaction.ReadAsync(Lock(kind, key), found, number);
            if ((found.Rows.FirstOrDefault()?.Revision ?? 0) != expected)
                return (null, []);
            return (number.Rows[0],
            [
                new Statement(
                    "INSERT INTO records (kind, key, revision, json) VALUES ($1, $2, $3, $4) "
                    + "ON CONFLICT (kind, key) DO UPDATE SET revision = excluded.revision, json = excluded.json",
                    kind,
                    key,
                    number.Rows[0],
                    json),
            ]);
        });
    }

    public Task<bool> DeleteAsync(string kind, string key, long expected, CancellationToken cancellation = default)
    {
        RecordNames.Check(kind, key);
        return transactions.RunAsync<bool>(async transaction =>
        {
            var found = Find(kind, key);
            await transaction.ReadAsync(Lock(kind, key), found);
            return found.Rows.FirstOrDefault()?.Revision == expected
                ? (true, [new Statement("DELETE FROM records WHERE kind = $1 AND key = $2", kind, key)])
                : (false, []);
        });
    }

    public async Task<IReadOnlyList<StoredRecord>> ListAsync(string kind, string prefix, string? after, int most, CancellationToken cancellation = default)
    {
        RecordNames.CheckKind(kind);
        return await transactions.ReadAsync(() => new Query<StoredRecord>(
            "SELECT key, json, revision FROM records WHERE kind = $1 AND key >= $2 AND key > $3 AND starts_with(key, $2) ORDER BY key LIMIT $4",
            Record,
            kind,
            prefix,
            after ?? string.Empty,
            most));
    }

    public Task<long> AppendAsync(string log, string json, CancellationToken cancellation = default)
    {
        RecordNames.CheckKind(log);
        StorableText.Check("entry", json);
        return transactions.RunAsync<long>(async transaction =>
        {
            var number = NextNumber();
            await transaction.ReadAsync(Lock("log", log), number);
            return (number.Rows[0], [new Statement("INSERT INTO logs (log, number, json) VALUES ($1, $2, $3)", log, number.Rows[0], json)]);
        });
    }

    public async Task<IReadOnlyList<LogEntry>> ReadLogAsync(string log, long after, int most, CancellationToken cancellation = default)
    {
        RecordNames.CheckKind(log);
        return await transactions.ReadAsync(() => new Query<LogEntry>(
            "SELECT number, json FROM logs WHERE log = $1 AND number > $2 ORDER BY number LIMIT $3",
            row => new LogEntry(row.GetInt64(0), row.GetString(1)),
            log,
            after,
            most));
    }

    /// <summary>Of this name in this schema, until the transaction ends.</summary>
    private static Query<bool> Lock(string kind, string key) => new(
        "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || $1 || ' ' || $2, 1)) IS NULL", static _ => true, kind, key);

    private static Query<StoredRecord> Find(string kind, string key) =>
        new("SELECT key, json, revision FROM records WHERE kind = $1 AND key = $2", Record, kind, key);

    private static Query<long> NextNumber() => new("SELECT nextval('record_numbers')", row => row.GetInt64(0));

    private static StoredRecord Record(NpgsqlDataReader row) => new(row.GetString(0), row.GetString(1), row.GetInt64(2));
}
