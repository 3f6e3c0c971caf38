// ClaudeCluster's SDK, and a hub of this program's own. No other file says whose Durable Task API it is.
global using ClaudeCluster.DurableTask;
global using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace OwnFlow;

internal static class Sdk
{
    /// <summary>A file of its own.</summary>
    public static string Hub => Path.Combine(Path.GetTempPath(), $"own-flow-{Guid.NewGuid():N}.db");

    public static IServiceCollection AddSdk(this IServiceCollection services, string hub, Action<DurableTaskRegistry> tasks) => services
        .AddDurableTaskHub(_ => new SqliteHubStore(hub))
        .AddDurableTaskClient()
        .AddDurableTaskWorker(new DurableTaskWorkerOptions { WorkerId = "own-flow" }, tasks);
}
