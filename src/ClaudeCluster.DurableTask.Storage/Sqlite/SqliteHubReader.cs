using System.Collections.Concurrent;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;

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
        path = HubFilePath.Resolve(path);
        if (!File.Exists(path))
            throw new HubFileException(HubFileProblem.Missing, path, "there is no such file", "Check the path; a hub's file is made by its first run.");
        var reader = new SqliteHubReader(path);
        try
        {
            reader.Read(session =>
            {
                Migrations.Migrator.CheckReadable(session, path);
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

    public Task<IReadOnlyList<InstanceState>> ReadChildrenAsync(string instanceId, CancellationToken cancellation = default) =>
        Task.FromResult<IReadOnlyList<InstanceState>>(Read(session => SqliteReads.Children(session, instanceId)));

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var session))
            session.Dispose();
    }

    internal T Read<T>(Func<SqliteSession, T> read)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        SqliteSession? session = null;
        try
        {
            if (!_idle.TryTake(out session))
                session = SqliteSession.Open(_path, writes: false);
            var result = read(session);
            Keep(session);
            return result;
        }
        catch (Exception e)
        {
            session?.Dispose();
            if (SqliteErrors.Translate(e, _path) is { } clear)
                throw clear;
            throw;
        }
    }

    private void Keep(SqliteSession session)
    {
        _idle.Add(session);
        if (_closed)
            Dispose(); // It was closed during the read: nobody else will empty the bag.
    }
}
