using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>The hubs of a server, by the names that calls give in the header taskhub.</summary>
internal sealed class TaskHubs(IReadOnlyDictionary<string, LocalTaskHub> byName)
{
    /// <exception cref="RpcException">There is no such hub, or the credential is a worker's.</exception>
    public LocalTaskHub ForClient(HubCall call) => call.Grant.OnlyActivities is null
        ? ForWorker(call)
        : throw new RpcException(StatusCode.PermissionDenied, "This credential is for working on activities only.");

    /// <exception cref="RpcException">There is no such hub.</exception>
    public LocalTaskHub ForWorker(HubCall call) =>
        byName.GetValueOrDefault(call.TaskHub) ?? throw new RpcException(StatusCode.NotFound, $"There is no task hub '{call.TaskHub}' here.");
}
