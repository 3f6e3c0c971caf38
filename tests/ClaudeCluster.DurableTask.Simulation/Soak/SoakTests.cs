using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.PostgresKit;
using Npgsql;

namespace ClaudeCluster.DurableTask.Simulation.Soak;

/// <summary>
/// 24 virtual hours on real stores: heap, rows and file do not grow after the second hour. Three hours with fewer flows unless CC_SCALE
/// is 10 or more. Another store is one more test that gives <see cref="Soak"/> the store and its size.
/// </summary>
[Collection(nameof(Alone))]
public sealed class SoakTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>Nobody else may fill the heap that is measured.</summary>
    [CollectionDefinition(nameof(Alone), DisableParallelization = true)]
    public sealed class Alone;

    private const long Breath = 2 * 1024 * 1024;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("claude-cluster-soak-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(100)]
    [InlineData(2)]
    public void A_day_on_the_memory_store_leaves_nothing_behind(int perMinute) => Soak(new MemoryHubStore(), () => 0, perMinute);

    [Theory]
    [InlineData(100)]
    [InlineData(2)]
    public async Task A_day_on_sqlite_leaves_nothing_behind(int perMinute)
    {
        var path = Path.Combine(_folder.FullName, "hub.db");
        await using var store = new SqliteHubStore(path);
        Soak(store, () => new FileInfo(path).Length + new FileInfo($"{path}-wal").Length, perMinute);
    }

    [Theory]
    [InlineData(2)]
    public async Task A_day_on_postgres_leaves_nothing_behind(int perMinute)
    {
        Assert.SkipUnless(PostgresServer.IsInstalled, PostgresServer.HowToInstall);
        using var server = PostgresServer.StartNew();
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var store = new PostgresHubStore(new PostgresStoreOptions(server.ConnectionString), TimeProvider.System);
        Soak(store, () => VacuumedBytes(database), perMinute);
    }

    /// <summary>A virtual hour passes in seconds, in which the server would not vacuum; in a real one it does many times.</summary>
    private static long VacuumedBytes(NpgsqlDataSource database)
    {
        using var vacuum = database.CreateCommand("VACUUM");
        vacuum.ExecuteNonQuery();
        using var size = database.CreateCommand("SELECT pg_database_size(current_database())");
        return (long)size.ExecuteScalar()!;
    }

    private void Soak(ITaskHubStore store, Func<long> storedBytes, int perMinute)
    {
        using var run = new SoakRun(store, storedBytes);
        if (Scale.Factor >= 10)
            run.Run(hours: 24, perMinute);
        else
            run.Run(hours: 3, Math.Min(perMinute, 10));

        foreach (var hour in run.Hours)
            output.WriteLine($"hour {hour.Number}: heap {hour.HeapBytes / 1024:N0} kB, {hour.Rows} instances, store {hour.StoredBytes / 1024:N0} kB");
        var second = run.Hours[1];
        Assert.All(run.Hours[2..], hour =>
        {
            Assert.InRange(hour.HeapBytes, 0, (second.HeapBytes * 11 / 10) + Breath);
            Assert.InRange(hour.Rows, 0, second.Rows + perMinute);
            Assert.InRange(hour.StoredBytes, 0, (second.StoredBytes * 11 / 10) + Breath);
        });
    }
}
