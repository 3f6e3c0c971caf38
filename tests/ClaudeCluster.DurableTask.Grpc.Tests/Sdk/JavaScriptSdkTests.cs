using ClaudeCluster.DurableTask.Grpc.Tests.Kit;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Storage.Sqlite;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Sdk;

/// <summary>Microsoft's JavaScript SDK as npm has it, as client and worker of our hub.</summary>
public sealed class JavaScriptSdkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("claude-cluster-js-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    public async Task Each_documented_feature_works(string kind)
    {
        ITaskHubStore store = kind == "memory" ? new MemoryHubStore() : new SqliteHubStore(Path.Combine(_folder, "hub.db"));
        await using var hub = await TestHub.StartAsync(store);
        await using var node = NodeProcess.Start(hub.Address, "--test", "features.test.mjs");

        Assert.True(await node.EndAsync() == 0, node.Said);
    }
}
