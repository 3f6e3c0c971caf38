using Npgsql;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

/// <summary>One statement of a batch. Parameters are $1, $2, …; one that may be null is cast in the text, so that its type is known.</summary>
internal class Statement(string sql, params object?[] values)
{
    public NpgsqlBatchCommand ToCommand()
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }
}

/// <summary>A statement that is asked for its rows.</summary>
internal abstract class Query(string sql, object?[] values) : Statement(sql, values)
{
    public abstract Task ReadAsync(NpgsqlDataReader reader);
}

/// <inheritdoc/>
internal sealed class Query<T>(string sql, Func<NpgsqlDataReader, T> read, params object?[] values) : Query(sql, values)
{
    public List<T> Rows { get; } = [];

    public override async Task ReadAsync(NpgsqlDataReader reader)
    {
        while (await reader.ReadAsync())
            Rows.Add(read(reader));
    }
}
