using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Postgres;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.PostgresKit;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Sdk;

/// <summary>Microsoft's JavaScript SDK as npm has it, as client and worker of our hub.</summary>
public sealed class JavaScriptSdkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("claude-cluster-js-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task Each_documented_feature_works_on_a_hub_in_memory() => RunFeaturesAsync(new MemoryHubStore());

    [Fact]
    public Task Each_documented_feature_works_on_SQLite() => RunFeaturesAsync(new SqliteHubStore(Path.Combine(_folder, "hub.db")));

    [Fact]
    public async Task Each_documented_feature_works_on_PostgreSQL()
    {
        Assert.SkipUnless(PostgresServer.IsInstalled, PostgresServer.HowToInstall);
        using var server = PostgresServer.StartNew();
        await RunFeaturesAsync(new PostgresHubStore(new PostgresStoreOptions(server.ConnectionString) { MaximumConnections = 6 }, TimeProvider.System));
    }

    private static async Task RunFeaturesAsync(ITaskHubStore store)
    {
        await using var hub = await TestHub.StartAsync(store);
        await using var node = NodeProcess.Start(hub.Address, "--test", "features.test.mjs");

        Assert.True(await node.EndAsync() == 0, node.Said);
    }
}
