using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>The hubs of a server, by the names that calls give in the header taskhub, and which of them a credential reaches for what.</summary>
internal sealed class TaskHubs(IReadOnlyDictionary<string, LocalTaskHub> byName)
{
    public GivenWork Given { get; } = new();

    /// <exception cref="RpcException">There is no such hub, or the credential is a worker's.</exception>
    public LocalTaskHub ForClient(HubCall call) => call.Grant.OnlyActivities is null
        ? ForWorker(call)
        : throw new RpcException(StatusCode.PermissionDenied, "This credential is for working on activities only.");

    /// <summary>For what a holder may ask of an instance whose activities it was given, and every client of any.</summary>
    /// <exception cref="RpcException">There is no such hub, or the credential does not reach this instance.</exception>
    public async Task<LocalTaskHub> ForInstanceAsync(HubCall call, string instanceId)
    {
        if (call.Grant.OnlyActivities is null || call.Grant.Holder is null)
            return ForClient(call);
        var hub = ForWorker(call);
        return await Given.WasGivenAsync(hub, call.Grant, instanceId, call.Cancellation)
            ? hub
            : throw new RpcException(StatusCode.PermissionDenied, $"'{call.Grant.Holder}' was given no work of '{instanceId}'.");
    }

    /// <exception cref="RpcException">There is no such hub.</exception>
    public LocalTaskHub ForWorker(HubCall call) =>
        Find(call.TaskHub) ?? throw new RpcException(StatusCode.NotFound, $"There is no task hub '{call.TaskHub}' here.");

    public LocalTaskHub? Find(string name) => byName.GetValueOrDefault(name);
}
