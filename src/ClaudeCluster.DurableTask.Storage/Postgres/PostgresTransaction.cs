using Npgsql;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// One transaction, begun by its first read and ended together with its writes: two round trips. The statements that begin and end it
/// travel in the same packets as its reads and writes.
/// </summary>
internal sealed class PostgresTransaction(NpgsqlConnection connection)
{
    /// <summary>The server's name for it: with it one can ask later whether it was committed. Null before the first read.</summary>
    public string? Id { get; private set; }

    /// <summary>The server's process that works for this connection.</summary>
    public int ServerProcess => connection.ProcessID;

    /// <summary>The commit was sent: from here on a lost connection leaves open whether it arrived.</summary>
    public bool IsCommitting { get; private set; }

    public async Task ReadAsync(params IReadOnlyList<Query> queries)
    {
        await using var batch = new NpgsqlBatch(connection);
        var id = new Query<string>("SELECT pg_current_xact_id()::text", row => row.GetString(0));
        if (Id is null)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
            queries = [id, .. queries];
        }

        foreach (var query in queries)
            batch.BatchCommands.Add(query.ToCommand());
        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var query in queries)
        {
            await query.ReadAsync(reader);
            await reader.NextResultAsync();
        }

        Id ??= id.Rows[0];
    }

    /// <summary>The writes and the end. If one of the writes fails, the server does not commit.</summary>
    public async Task CommitAsync(IReadOnlyList<Statement> writes)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var write in writes)
            batch.BatchCommands.Add(write.ToCommand());
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        IsCommitting = true;
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>So that the connection can be used again; a broken one cannot, and its transaction is gone with it.</summary>
    public async Task RollBackAsync()
    {
        if (connection.State != System.Data.ConnectionState.Open)
            return;
        try
        {
            await using var command = new NpgsqlCommand("ROLLBACK", connection);
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (e is NpgsqlException or IOException)
        {
            // It broke just now.
        }
    }
}
