using System.Globalization;
using System.Threading.Channels;
using ClaudeCluster.DurableTask.Storage.Migrations;
using Microsoft.Data.Sqlite;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>
/// The one connection that writes, and alone checkpoints. SQLite up to 3.51.2 can damage a file when two connections do so at the same
/// instant; with one, it cannot. Work queues up here, each piece in a transaction of its own.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private readonly SqliteStoreOptions _options;
    private readonly SqliteSession _session;
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _working;
    private long _commits;
    private Exception? _dead;

    private SqliteWriter(SqliteStoreOptions options, SqliteSession session)
    {
        _options = options;
        _session = session;
        _working = Task.Run(WorkAsync);
    }

    /// <exception cref="HubFileException">The file cannot be used.</exception>
    public static SqliteWriter Open(SqliteStoreOptions options)
    {
        SqliteSession? session = null;
        try
        {
            session = SqliteSession.Open(options.Path, writes: true);
            Migrator.Check(session, options.Path);
            if (session.Scalar<string>("PRAGMA journal_mode = WAL") != "wal")
                throw SqliteErrors.NoLog(options.Path);
            session.Run("PRAGMA synchronous = FULL");
            Migrator.Migrate(session);
            session.Execute(
                "INSERT INTO hub VALUES ('owner', @0) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            if (options.MaximumPages is { } pages)
                session.Run($"PRAGMA max_page_count = {pages.ToString(CultureInfo.InvariantCulture)}");
            return new SqliteWriter(options, session);
        }
        catch (SqliteException e)
        {
            session?.Dispose();
            throw SqliteErrors.Translate(e, options.Path) ?? (Exception)e;
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>Runs the work in one transaction. If it throws, nothing of it was written.</summary>
    /// <exception cref="HubFileException">The file cannot be written.</exception>
    public Task<T> WriteAsync<T>(Func<SqliteSession, T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queued = _work.Writer.TryWrite(() =>
        {
            try
            {
                done.SetResult(InTransaction(work));
            }
            catch (SqliteException e)
            {
                done.SetException(SqliteErrors.Translate(e, _options.Path) ?? (Exception)e);
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return queued ? done.Task : throw new ObjectDisposedException(nameof(SqliteHubStore));
    }

    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await _working;
        _session.Dispose();
    }

    private async Task WorkAsync()
    {
        await foreach (var work in _work.Reader.ReadAllAsync())
            work();
    }

    private T InTransaction<T>(Func<SqliteSession, T> work)
    {
        if (_dead is not null)
            throw new InvalidOperationException("The store has stopped at a commit.", _dead);
        var before = _session.TotalChanges;
        _session.Execute("BEGIN IMMEDIATE");
        try
        {
            var result = work(_session);
            var changes = _session.TotalChanges != before;
            if (changes)
                Tell(new CommitPoint(++_commits, IsBefore: true));
            _session.Execute("COMMIT");
            if (changes)
                Tell(new CommitPoint(_commits, IsBefore: false));
            return result;
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    /// <summary>Who throws here plays a death: the store does nothing any more.</summary>
    private void Tell(CommitPoint point)
    {
        try
        {
            _options.OnCommit?.Invoke(point);
        }
        catch (Exception e)
        {
            _dead = e;
            throw;
        }
    }

    private void RollBack()
    {
        try
        {
            _session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // Already rolled back by the error itself (a full disk, for example), or already committed.
        }
    }
}
