using ClaudeCluster.Bench.Machine;
using ClaudeCluster.DurableTask.Storage;
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

    /// <exception cref="BadInputException">A store was asked for that cannot be had.</exception>
    public static IReadOnlyList<StoreChoice> From(BenchOptions options)
    {
        List<StoreChoice> stores = [new(SqliteName, folder => new SqliteHubStore(folder.NewFile("hub.db")))];
        if (options.Postgres is not null)
            throw new BadInputException("This build has no PostgreSQL store yet; leave --postgres away.");
        stores.Add(new(MemoryName, _ => new MemoryHubStore()));
        return stores;
    }
}
