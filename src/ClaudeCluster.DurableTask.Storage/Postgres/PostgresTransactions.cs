using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

// What happens to a transaction when the server, or the way to it, goes away:
//
//     begin, read ──► decide ──► write, commit ──► answer
//     └────────── lost here ──────────┘   └─ or here ─┘
//     nothing was written: do it again    look for its receipt
//
// Doing it again after an unclear commit would be wrong both ways: a step's guard would not hold any more, though the step was written,
// and work that the lost commit handed out would be held by a worker who was never told of it. The receipt (Receipt.cs) is part of the
// transaction, so the answer is exact. Conflicts with other coordinators are done again at once, from the read on.

/// <summary>Runs transactions to a clear end, however often the server has to be reached anew for it.</summary>
internal sealed class PostgresTransactions(PostgresDatabase database, PostgresStoreOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _closing = new();
    private readonly ConcurrentBag<Receipt> _receipts = [];
    private readonly string _self = RandomNumberGenerator.GetHexString(16, lowercase: true);
    private int _holders;
    private long _commits;
    private volatile Exception? _dead;

    /// <summary>Reads and decides, then writes what was decided. The work may run several times; its last run counts.</summary>
    /// <exception cref="HubDatabaseException">The database cannot do it, or stayed away too long.</exception>
    public async Task<T> RunAsync<T>(Func<PostgresTransaction, Task<(T Result, IReadOnlyList<Statement> Writes)>> work)
    {
        if (!_receipts.TryTake(out var receipt))
            receipt = new Receipt(string.Create(CultureInfo.InvariantCulture, $"{_self}-{Interlocked.Increment(ref _holders)}"));
        try
        {
            return await PersistAsync(() => RunOnceAsync(work, receipt));
        }
        finally
        {
            _receipts.Add(receipt);
        }
    }

    /// <summary>One read, each statement on its own.</summary>
    /// <exception cref="HubDatabaseException">The database cannot do it, or stayed away too long.</exception>
    public Task<List<T>> ReadAsync<T>(Func<Query<T>> newQuery) =>
        PersistAsync(async () =>
        {
            var query = newQuery();
            await using var connection = await database.ConnectAsync(CancellationToken.None);
            await using var batch = new NpgsqlBatch(connection) { BatchCommands = { query.ToCommand() } };
            await using var reader = await batch.ExecuteReaderAsync(CancellationToken.None);
            await query.ReadAsync(reader);
            return query.Rows;
        });

    /// <summary>What is being done is done to its end, but nothing waits for a server any more that is away.</summary>
    public void Close() => _closing.Cancel();

    public void Dispose() => _closing.Dispose();

    private async Task<T> RunOnceAsync<T>(Func<PostgresTransaction, Task<(T Result, IReadOnlyList<Statement> Writes)>> work, Receipt receipt)
    {
        receipt.Next();
        await using var connection = await database.ConnectAsync(CancellationToken.None);
        var transaction = new PostgresTransaction(connection, receipt);
        try
        {
            var (result, writes) = await work(transaction);
            await CommitAsync(transaction, writes, receipt);
            return result;
        }
        catch
        {
            await transaction.RollBackAsync();
            throw;
        }
    }

    private async Task CommitAsync(PostgresTransaction transaction, IReadOnlyList<Statement> writes, Receipt receipt)
    {
        var number = writes.Count == 0 ? 0 : Interlocked.Increment(ref _commits);
        Tell(new PostgresCommitPoint(number, IsBefore: true));
        try
        {
            await transaction.CommitAsync(writes);
        }
        catch (Exception e) when (PostgresErrors.IsAway(e) && writes.Count > 0)
        {
            if (await ReadAsync(receipt.IsWritten) is not [true])
                throw;
        }

        Tell(new PostgresCommitPoint(number, IsBefore: false));
    }

    /// <summary>Who throws here plays a death: the store does nothing any more.</summary>
    private void Tell(PostgresCommitPoint point)
    {
        if (_dead is not null)
            throw new InvalidOperationException("The store has stopped at a commit.", _dead);
        try
        {
            if (point.Number > 0)
                options.OnCommit?.Invoke(point);
        }
        catch (Exception e)
        {
            _dead = e;
            throw;
        }
    }

    private async Task<T> PersistAsync<T>(Func<Task<T>> attempt)
    {
        long? since = null;
        for (var failures = 1; ; failures++)
        {
            Exception failure;
            try
            {
                var result = await attempt();
                if (since is { } lost && failures > 3)
                {
                    var away = time.GetElapsedTime(lost);
                    logger.DatabaseIsBack(database.Name, away);
                }

                return result;
            }
            catch (Exception e) when (PostgresErrors.IsAway(e) || PostgresErrors.IsConflict(e))
            {
                failure = e;
            }
            catch (NpgsqlException e) when (PostgresErrors.Translate(e, database) is { } clear)
            {
                throw clear;
            }

            since ??= time.GetTimestamp();
            if (_closing.IsCancellationRequested || time.GetElapsedTime(since.Value) > options.ReconnectTimeout)
                throw PostgresErrors.Translate(failure, database) ?? failure;
            if (failures == 3)
                logger.DatabaseIsAway(database.Name, failure.Message);
            await PauseAsync(failures, isShort: PostgresErrors.IsConflict(failure));
        }
    }

    /// <summary>Longer each time, and by chance a little different for each who waits, so that not all come back at the same moment.</summary>
    private async Task PauseAsync(int failures, bool isShort)
    {
        var longest = isShort ? 20 : Math.Min(25 << Math.Min(failures, 8), (int)LongestPause.TotalMilliseconds);
        var pause = TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(longest / 2, longest));
        await Task.Delay(pause, time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
