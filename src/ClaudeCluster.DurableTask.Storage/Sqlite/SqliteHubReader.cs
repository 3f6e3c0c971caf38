using System.Collections.Concurrent;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using Microsoft.Data.Sqlite;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>
/// Reads a hub file, whether a process works on it or not. Its connections cannot write and never checkpoint; see
/// <see cref="SqliteWriter"/> for why.
/// </summary>
public sealed class SqliteHubReader : ITaskHubReader, IDisposable
{
    private readonly string _path;
    private readonly ConcurrentBag<SqliteSession> _idle = [];
    private volatile bool _closed;

    internal SqliteHubReader(string path) => _path = path;

    /// <exception cref="HubFileException">There is no such file, it is not a hub, or it is of a newer version.</exception>
    public static SqliteHubReader Open(string path)
    {
        if (!File.Exists(path))
            throw new HubFileException(HubFileProblem.Missing, path, "there is no such file", "Check the path; a hub's file is made by its first run.");
        var reader = new SqliteHubReader(path);
        try
        {
            reader.Read(session =>
            {
                Migrations.Migrator.Check(session, path);
                return true;
            });
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    public Task<InstanceState?> ReadInstanceAsync(string instanceId, CancellationToken cancellation = default) =>
        Task.FromResult(Read(session => SqliteReads.Instance(session, instanceId)));

    public Task<IReadOnlyList<HistoryEvent>> ReadHistoryAsync(string instanceId, string executionId, CancellationToken cancellation = default) =>
        Task.FromResult(Read(session => SqliteReads.History(session, instanceId, executionId)));

    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) =>
        Task.FromResult(Read(session => SqliteReads.Query(session, query)));

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var session))
            session.Dispose();
    }

    internal T Read<T>(Func<SqliteSession, T> read)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        try
        {
            if (!_idle.TryTake(out var session))
            {
                session = SqliteSession.Open(_path, writes: false);
                session.Run("PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = 1;");
            }

            var result = read(session);
            if (_closed)
                session.Dispose();
            else
                _idle.Add(session);
            return result;
        }
        catch (SqliteException e)
        {
            throw SqliteErrors.Translate(e, _path) ?? (Exception)e;
        }
    }
}
