using Npgsql;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>
/// One transaction, begun by its first read and ended together with its writes: two round trips. The statements that begin and end it
/// travel in the same packets as its reads and writes.
/// </summary>
internal sealed class PostgresTransaction(NpgsqlConnection connection, Receipt receipt)
{
    private bool _hasBegun;

    public async Task ReadAsync(params IReadOnlyList<Query> queries)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (!_hasBegun)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
            batch.BatchCommands.Add(receipt.Write().ToCommand());
        }

        foreach (var query in queries)
            batch.BatchCommands.Add(query.ToCommand());
        await using var reader = await batch.ExecuteReaderAsync();
        foreach (var query in queries)
        {
            await query.ReadAsync(reader);
            await reader.NextResultAsync();
        }

        _hasBegun = true;
    }

    /// <summary>The writes and the end. If one of the writes fails, the server does not commit.</summary>
    public async Task CommitAsync(IReadOnlyList<Statement> writes)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var write in writes)
            batch.BatchCommands.Add(write.ToCommand());
        // Nothing but locks and the receipt: not worth a flush to the disk.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(writes.Count == 0 ? "ROLLBACK" : "COMMIT"));
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
