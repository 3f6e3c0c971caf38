using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Crashes;

/// <summary>Stores that outlive the processes which work on them. A place is told to another process in one word.</summary>
internal static class LastingStores
{
    public static string NewPlace(StoreKind kind, TestFolder folder, int number) => kind switch
    {
        StoreKind.Sqlite => folder.File($"hub-{number}.db"),
        StoreKind.Postgres => $"{SharedServer.TakeHub()}@{SharedServer.Get().ConnectionString}",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The store at this place; <paramref name="onCommit"/> is told of each commit's number before (true) and after (false) it.</summary>
    public static ITaskHubStore Open(StoreKind kind, string place, Action<long, bool>? onCommit = null) => kind switch
    {
        StoreKind.Sqlite => new SqliteHubStore(new SqliteStoreOptions(place)
        {
            OnCommit = onCommit is null ? null : point => onCommit(point.Number, point.IsBefore),
        }),
        StoreKind.Postgres when place.Split('@') is [var hub, var connection] => new PostgresHubStore(
            new PostgresStoreOptions(connection) { Hub = hub, OnCommit = onCommit is null ? null : point => onCommit(point.Number, point.IsBefore) },
            TimeProvider.System),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The store itself finds nothing wrong with what it holds.</summary>
    public static async Task AssertSoundAsync(ITaskHubStore store)
    {
        if (store is SqliteHubStore sqlite)
            Assert.True((await sqlite.Integrity.WaitAsync(Cluster.Patience)).IsSound);
    }
}
