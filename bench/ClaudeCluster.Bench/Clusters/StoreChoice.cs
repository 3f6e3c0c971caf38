using System.Globalization;
using ClaudeCluster.Bench.Machine;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.Bench.Clusters;

/// <summary>A kind of store that rows are measured on.</summary>
/// <param name="Name">As it stands in the table.</param>
/// <param name="New">A new, empty store; what it writes is in the given folder.</param>
internal sealed record StoreChoice(string Name, Func<WorkFolder, ITaskHubStore> New)
{
    public const string SqliteName = "SQLite";
    public const string PostgresName = "PostgreSQL";
    public const string MemoryName = "memory";

    private static int s_hubs;

    /// <param name="postgres">A connection string, or null.</param>
    public static IReadOnlyList<StoreChoice> From(string? postgres)
    {
        List<StoreChoice> stores = [new(SqliteName, folder => new SqliteHubStore(folder.NewFile("hub.db")))];
        if (postgres is not null)
            stores.Add(new(PostgresName, _ => new PostgresHubStore(new PostgresStoreOptions(postgres) { Hub = NewHub() }, TimeProvider.System)));
        stores.Add(new(MemoryName, _ => new MemoryHubStore()));
        return stores;
    }

    private static string NewHub() => string.Create(CultureInfo.InvariantCulture, $"bench_{Environment.ProcessId}_{Interlocked.Increment(ref s_hubs)}");
}
