using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ClaudeCluster.DurableTask.Storage.Postgres;

// What coordinators of one hub tell each other: "there is work that I do not take", and "there is a new timer". Each one rings its own
// bell at once; the others hear of it by LISTEN and NOTIFY and ring theirs.
//
// The notice is not part of the commit that it is about: a transaction that notifies holds a lock of the whole server from there to the
// end of its commit, which would put all groups of commits into one line, and under load each of them would notify. So one sender says
// it afterwards, and says once what came meanwhile. A notice that is lost with its process, or with a connection, is made good by the
// look that every hub takes from time to time, and by a ring after each reconnection.

/// <summary>Rings the bell for what other coordinators leave, and tells them what this one leaves.</summary>
internal sealed class HubAnnouncements : IAsyncDisposable
{
    /// <summary>Notices at most once in this time; the first of them is sent at once.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromMilliseconds(10);

    /// <summary>A connection that says nothing for so long is asked whether it is still there.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly PostgresDatabase _database;
    private readonly WorkBell _bell;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _self = RandomNumberGenerator.GetHexString(16);
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _asked = new(0, 1);
    private readonly Task _working;

    public HubAnnouncements(PostgresDatabase database, WorkBell bell, TimeProvider time, ILogger logger)
    {
        (_database, _bell, _time, _logger) = (database, bell, time, logger);
        _working = Task.WhenAll(Task.Run(ListenAsync, CancellationToken.None), Task.Run(SendAsync, CancellationToken.None));
    }

    /// <summary>Tells the others, soon.</summary>
    public void Announce()
    {
        try
        {
            _asked.Release();
        }
        catch (SemaphoreFullException)
        {
            // It has been asked for already.
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _closing.CancelAsync();
        }
        catch (AggregateException e) when (e.InnerExceptions.All(PostgresErrors.IsAway))
        {
            // The connection that would have been told broke at this moment.
        }

        await _working;
        _closing.Dispose();
        _asked.Dispose();
    }

    private async Task ListenAsync()
    {
        for (var failures = 0; !_closing.IsCancellationRequested; failures++)
        {
            try
            {
                await using var connection = await _database.ConnectAsync(_closing.Token);
                connection.Notification += (_, notice) =>
                {
                    if (!string.Equals(notice.Payload, _self, StringComparison.Ordinal))
                        _bell.Ring();
                };
                await RunAsync(connection, $"LISTEN {_database.Schema}");
                if (failures > 0)
                    _bell.Ring(); // Something may have been said meanwhile.
                failures = 0;
                while (true)
                {
                    if (!await connection.WaitAsync(Silence, _closing.Token))
                        await RunAsync(connection, "SELECT 1");
                }
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is NpgsqlException || PostgresErrors.IsAway(e))
            {
                if (failures == 3)
                    _logger.ListeningFailed(_database.Name, e.Message);
                await PauseAsync(failures);
            }
        }
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                await _asked.WaitAsync(_closing.Token);
                await TrySendAsync();
                await Task.Delay(Gap, _time, _closing.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }

    private async Task TrySendAsync()
    {
        try
        {
            await using var connection = await _database.ConnectAsync(_closing.Token);
            await RunAsync(connection, $"NOTIFY {_database.Schema}, '{_self}'");
        }
        catch (Exception e) when (e is NpgsqlException || PostgresErrors.IsAway(e))
        {
            // The others will look.
        }
    }

    private async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(_closing.Token);
    }

    private async Task PauseAsync(int failures)
    {
        var longest = Math.Min(50 << Math.Min(failures, 8), (int)LongestPause.TotalMilliseconds);
        var pause = TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(longest / 2, longest));
        await Task.Delay(pause, _time, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
