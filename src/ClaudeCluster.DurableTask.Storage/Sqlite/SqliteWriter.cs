using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.DurableTask.Storage.Migrations;
using ClaudeCluster.DurableTask.Storage.Sqlite.Tables;
using Microsoft.Data.Sqlite;

namespace ClaudeCluster.DurableTask.Storage.Sqlite;

// Group commit: why fifty steps cost one flush.
//
//   callers   │ a ─┐  b ─┐ c ─┐         d ─┐ e ─┐ f ─┐
//   queue     │    └► a  └► b └► c         └► d └► e └► f
//   writer    │      [a] flush ··········· [b c d e] flush ······· [f] flush
//   answers   │                a                      b c d e            f
//
// A flush to the disk takes many times as long as the rows of a step. While one flush runs, work queues up; whatever waits when it ends
// shares the next one. Nobody waits for company: who comes alone writes his work himself, at once. Nobody is answered before the flush,
// so an answer still means that the work is there for ever.
//
// Work that throws must not take its neighbours along: then all is rolled back, and each piece is run again in a transaction of its own.

/// <summary>
/// The one connection that writes, and alone checkpoints. SQLite up to 3.51.2 can damage a file when two connections do so at the same
/// instant; with one, it cannot. Work queues up here; what waits at the same time shares one transaction.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MostInGroup = 256;
    private static readonly TimeSpan LongestGroup = TimeSpan.FromMilliseconds(2);

    private readonly SqliteStoreOptions _options;
    private readonly SqliteSession _session;
    private readonly HubTables _tables;
    private readonly WorkQueue _queue = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _commits;
    private Exception? _dead;

    private SqliteWriter(SqliteStoreOptions options, SqliteSession session)
    {
        _options = options;
        _session = session;
        _tables = new HubTables(session);
    }

    /// <summary>True if the owner before this one did not close the file.</summary>
    public bool WasLeftOpen { get; private set; }

    /// <exception cref="HubFileException">The file cannot be used.</exception>
    public static SqliteWriter Open(SqliteStoreOptions options)
    {
        SqliteSession? session = null;
        try
        {
            session = SqliteSession.Open(options.Path, writes: true);
            var writer = new SqliteWriter(options, session);
            writer.Prepare();
            new Thread(writer.Work) { IsBackground = true, Name = "Hub writer" }.Start();
            return writer;
        }
        catch (Exception e)
        {
            session?.Dispose();
            if (SqliteErrors.Translate(e, options.Path) is { } clear)
                throw clear;
            throw;
        }
    }

    /// <summary>Runs the work in a transaction, perhaps with other work. If it throws, nothing of it was written.</summary>
    /// <exception cref="HubFileException">The file cannot be written.</exception>
    public Task<T> WriteAsync<T>(Func<HubTables, T> work)
    {
        var queued = new QueuedWork<T>(work);
        if (_queue.Add(queued) is { } alone)
        {
            WriteGroup([alone]);
            _queue.Leave();
        }

        return queued.Done;
    }

    /// <summary>Ends the writing. Whoever opens the file next learns that it was closed.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Close();
        await _ended.Task;
        _session.Dispose();
    }

    private void Prepare()
    {
        Migrator.Check(_session, _options.Path);
        if (_session.Scalar<string>("PRAGMA journal_mode = WAL") != "wal")
            throw SqliteErrors.NoLog(_options.Path);
        _session.Run("PRAGMA synchronous = FULL");
        foreach (var migration in Migrator.Missing(_session))
            InTransaction(() => _session.Run(migration), changes: true);
        WasLeftOpen = _session.Scalar<string>("SELECT value FROM hub WHERE name = 'owner'") is not null;
        InTransaction(() => _session.Execute(
            "INSERT INTO hub VALUES ('owner', ?1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        if (_options.MaximumPages is { } pages)
            _session.Run($"PRAGMA max_page_count = {pages.ToString(CultureInfo.InvariantCulture)}");
    }

    private void Work()
    {
        while (_queue.Take() is { } first)
        {
            WriteGroup([first]);
            _queue.Leave();
        }

        WriteAlone(new QueuedWork<int>(tables => tables.Session.Execute("DELETE FROM hub WHERE name = 'owner'")));
        _ended.SetResult();
    }

    private void WriteGroup(List<QueuedWork> group)
    {
        try
        {
            InTransaction(() => RunWithWhatWaits(group));
            group.ForEach(work => work.Succeed());
        }
        catch (Exception) when (group.Count > 1 && _dead is null)
        {
            group.ForEach(WriteAlone);
        }
        catch (Exception e)
        {
            group.ForEach(work => work.Fail(Translate(e)));
        }
    }

    private void RunWithWhatWaits(List<QueuedWork> group)
    {
        var begun = Stopwatch.GetTimestamp();
        group[0].Run(_tables);
        while (group.Count < MostInGroup && Stopwatch.GetElapsedTime(begun) < LongestGroup && _queue.TryTake() is { } next)
        {
            group.Add(next);
            next.Run(_tables);
        }
    }

    private void WriteAlone(QueuedWork work)
    {
        try
        {
            InTransaction(() => work.Run(_tables));
            work.Succeed();
        }
        catch (Exception e)
        {
            work.Fail(Translate(e));
        }
    }

    private void InTransaction(Action work, bool changes = false)
    {
        if (_dead is not null)
            throw new InvalidOperationException("The store has stopped at a commit.", _dead);
        var before = _session.TotalChanges;
        _session.Execute("BEGIN IMMEDIATE");
        try
        {
            work();
            changes |= _session.TotalChanges != before;
            if (changes)
                Tell(new CommitPoint(++_commits, IsBefore: true));
            _session.Execute("COMMIT");
            if (changes)
                Tell(new CommitPoint(_commits, IsBefore: false));
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
        _tables.Forget();
        try
        {
            _session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // Already rolled back by the error itself (a full disk, for example), or already committed.
        }
    }

    private Exception Translate(Exception e) => SqliteErrors.Translate(e, _options.Path) ?? e;
}
