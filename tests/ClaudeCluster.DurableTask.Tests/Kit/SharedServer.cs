using System.Collections.Concurrent;
using System.Globalization;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.PostgresKit;
using Npgsql;

[assembly: AssemblyFixture(typeof(SharedServer.End))]

namespace ClaudeCluster.DurableTask.Tests.Kit;

/// <summary>The PostgreSQL that all tests of this run share. A test that stops its server starts one of its own.</summary>
internal static class SharedServer
{
    private static readonly Lock StartLock = new();
    private static readonly ConcurrentBag<string> IdleHubs = [];
    private static PostgresServer? s_shared;
    private static int s_hubs;

    /// <summary>Skips the test where PostgreSQL is not installed.</summary>
    public static PostgresServer Get()
    {
        lock (StartLock)
            return s_shared ??= StartNew();
    }

    /// <inheritdoc cref="Get"/>
    public static PostgresServer StartNew()
    {
        Assert.SkipUnless(PostgresServer.IsInstalled, PostgresServer.HowToInstall);
        return PostgresServer.StartNew();
    }

    /// <summary>An empty hub: one that was used before, emptied, or a new one. Making its tables takes longer than most tests.</summary>
    public static string TakeHub()
    {
        if (!IdleHubs.TryTake(out var hub))
            return $"test_{Interlocked.Increment(ref s_hubs).ToString(CultureInfo.InvariantCulture)}";
        Get().Execute(string.Join(';', new[] { "instances", "history", "inbox", "activities", "records", "logs" }.Select(table => $"DELETE FROM claude_cluster_{hub}.{table}")));
        return hub;
    }

    public static void GiveBack(string hub) => IdleHubs.Add(hub);

    public static PostgresStoreOptions Options(this PostgresServer server, string hub) => new(server.ConnectionString) { Hub = hub, MaximumConnections = 6 };

    public static void Execute(this PostgresServer server, string sql)
    {
        using var connection = new NpgsqlConnection($"{server.ConnectionString};Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    /// <summary>Stops it, if a test started it, when all tests have ended.</summary>
    public sealed class End : IDisposable
    {
        public void Dispose()
        {
            lock (StartLock)
            {
                s_shared?.Dispose();
                s_shared = null;
            }
        }
    }
}
