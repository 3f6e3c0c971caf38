using System.Net;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Server;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.Bench.Clusters;

/// <summary>A hub on a port of this machine, and the same hub as it is seen from there.</summary>
internal sealed class ServedHub(TaskHubHost host, RemoteTaskHub remote) : IAsyncDisposable
{
    public RemoteTaskHub Remote { get; } = remote;

    public Uri Address => host.Address;

    public static async Task<ServedHub> StartAsync(LocalTaskHub hub)
    {
        var hubs = new Dictionary<string, LocalTaskHub>(StringComparer.Ordinal) { ["default"] = hub };
        var host = await TaskHubHost.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), hubs, new TaskHubServerOptions(), TimeProvider.System);
        return new ServedHub(host, new RemoteTaskHub(new HubAddress(host.Address), new RemoteTaskHubOptions(), TimeProvider.System, new Random()));
    }

    public async ValueTask DisposeAsync()
    {
        await Remote.DisposeAsync();
        await host.DisposeAsync();
    }
}
