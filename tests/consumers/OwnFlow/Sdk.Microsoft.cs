// Microsoft's SDK, and a hub elsewhere: -p:DurableTaskSdk=Microsoft takes this file instead of Sdk.ClaudeCluster.cs.
global using Microsoft.DurableTask;
global using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace OwnFlow;

internal static class Sdk
{
    /// <summary>Where <c>claude-cluster hub</c> listens.</summary>
    public static string Hub => "http://127.0.0.1:4001";

    public static IServiceCollection AddSdk(this IServiceCollection services, string hub, Action<DurableTaskRegistry> tasks) => services
        .AddDurableTaskClient(client => client.UseGrpc(hub))
        .AddDurableTaskWorker(worker => worker.AddTasks(tasks).UseGrpc(hub));
}
