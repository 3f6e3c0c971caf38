using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>
/// One connection, used by one thread at a time, that prepares each statement once. Parameters are ?1, ?2, … It calls SQLite itself: a
/// step is a handful of statements of a few microseconds each, of which a general client takes as many again.
/// </summary>
internal sealed class SqliteSession : IDisposable
{
    private const int BusyMilliseconds = 10_000;

    private readonly sqlite3 _connection;
    private readonly Dictionary<string, sqlite3_stmt> _prepared = new(StringComparer.Ordinal);
    private readonly byte[] _scratch = new byte[1_024];

    private SqliteSession(sqlite3 connection) => _connection = connection;

    /// <summary>Rows changed since the connection was opened.</summary>
    public int TotalChanges => raw.sqlite3_total_changes(_connection);

    public static SqliteSession Open(string path, bool writes)
    {
        Batteries_V2.Init();
        var flags = raw.SQLITE_OPEN_NOMUTEX | (writes ? raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE : raw.SQLITE_OPEN_READONLY);
        var result = raw.sqlite3_open_v2(path, out var connection, flags, null);
        var session = new SqliteSession(connection);
        try
        {
            session.Check(result);
            session.Check(raw.sqlite3_busy_timeout(connection, BusyMilliseconds));
            if (!writes)
                session.Run("PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = 1;");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs the statement to its end; how many rows it changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<SqliteValue> values)
    {
        var statement = Prepare(sql, values);
        try
        {
            while (Step(statement))
            {
            }

            return raw.sqlite3_changes(_connection);
        }
        finally
        {
            raw.sqlite3_reset(statement);
        }
    }

    /// <summary>The first column of the first row; default if there is none, or null in it.</summary>
    public T? Scalar<T>(string sql, params ReadOnlySpan<SqliteValue> values)
    {
        var statement = Prepare(sql, values);
        try
        {
            return Step(statement) && new SqliteRow(statement).Value(0) is { } value ? (T)value : default;
        }
        finally
        {
            raw.sqlite3_reset(statement);
        }
    }

    public List<T> Rows<T>(string sql, Func<SqliteRow, T> read, params ReadOnlySpan<SqliteValue> values)
    {
        List<T> rows = [];
        ReadWhile(sql, row =>
        {
            rows.Add(read(row));
            return true;
        }, values);
        return rows;
    }

    /// <summary>Reads rows until there are no more or the reader has enough.</summary>
    public void ReadWhile(string sql, Func<SqliteRow, bool> goesOn, params ReadOnlySpan<SqliteValue> values)
    {
        var statement = Prepare(sql, values);
        try
        {
            while (Step(statement) && goesOn(new SqliteRow(statement)))
            {
            }
        }
        finally
        {
            raw.sqlite3_reset(statement);
        }
    }

    /// <summary>Statements without parameters, several at once if need be.</summary>
    public void Run(string sql) => Check(raw.sqlite3_exec(_connection, sql));

    /// <summary>From any thread: what runs now ends with an error.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(_connection);

    /// <summary>Makes the other database a copy of this one as it is now; who writes to this one is not held up.</summary>
    public void CopyTo(SqliteSession copy)
    {
        using var backup = raw.sqlite3_backup_init(copy._connection, "main", _connection, "main");
        const int AllPages = -1;
        var result = raw.sqlite3_backup_step(backup, AllPages);
        if (result != raw.SQLITE_DONE)
            copy.Check(result);
    }

    public void Dispose()
    {
        foreach (var statement in _prepared.Values)
            statement.Dispose();
        _connection.Dispose();
    }

    private sqlite3_stmt Prepare(string sql, ReadOnlySpan<SqliteValue> values)
    {
        if (!_prepared.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v3(_connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
            _prepared.Add(sql, statement);
        }

        for (var i = 0; i < values.Length; i++)
            Check(Bind(statement, i + 1, values[i]));
        return statement;
    }

    private int Bind(sqlite3_stmt statement, int index, in SqliteValue value)
    {
        if (value.IsNumber)
            return raw.sqlite3_bind_int64(statement, index, value.Number);
        if (value.Utf8 is { } utf8)
            return raw.sqlite3_bind_text(statement, index, utf8);
        return value.Text switch
        {
            null => raw.sqlite3_bind_null(statement, index),
            "" => raw.sqlite3_bind_text(statement, index, string.Empty),
            var text => raw.sqlite3_bind_text(statement, index, Encoded(text)),
        };
    }

    private ReadOnlySpan<byte> Encoded(string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most > _scratch.Length)
            return Encoding.UTF8.GetBytes(text);
        return _scratch.AsSpan(0, Encoding.UTF8.GetBytes(text, _scratch));
    }

    /// <summary>True at a row, false at the end.</summary>
    private bool Step(sqlite3_stmt statement)
    {
        var result = raw.sqlite3_step(statement);
        if (result == raw.SQLITE_ROW)
            return true;
        if (result != raw.SQLITE_DONE)
            Check(result);
        return false;
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            throw new SqliteException(raw.sqlite3_errmsg(_connection).utf8_to_string(), result & 0xFF, result);
    }
}
