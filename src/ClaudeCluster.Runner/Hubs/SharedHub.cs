using System.Security.Cryptography;
using System.Text;
using ClaudeCluster.Agent;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.Runner;

/// <summary>
/// A hub elsewhere, used by one run at a time. The steps of a flow name no repository, so two runs on one task hub would take each other's: a
/// second run on this machine is refused, and so is one on a hub where another repository's flow is open.
/// </summary>
internal sealed class SharedHub(HubConnection connection, RepositoryRef repository, HostEnvironment host) : RunHub
{
    private static readonly IReadOnlyCollection<OrchestrationRuntimeStatus> Open =
        [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    private readonly RemoteTaskHub _hub = connection.Open(host);
    private IDisposable? _lock;

    public override ITaskHub Hub => _hub;

    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        _lock = FileLock.TryTake(LockFile())
            ?? throw new HostNotReadyException($"Another run on this machine uses the hub {connection.Address}.", "Wait for it, or give this one a task hub of its own.");
        try
        {
            if (await StrangerAsync(cancellationToken) is { } flow)
            {
                throw new HostNotReadyException(
                    $"The hub {connection.Address} has an open flow of another repository, {flow}; its steps would be taken here.",
                    "Let that run end first, or give this one a task hub of its own.");
            }
        }
        catch (RpcException failure)
        {
            throw new HostNotReadyException($"The hub {connection.Address} cannot be used: {failure.Message.TrimEnd('.')}.", "See that it runs, that its address and credential are right, and that this machine can reach it.");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _lock?.Dispose();
    }

    private async Task<string?> StrangerAsync(CancellationToken cancellationToken)
    {
        var own = FormattableString.Invariant($"issue-{repository.Id}-");
        var query = new OrchestrationQuery(Statuses: Open, InstanceIdPrefix: "issue-");
        return await new DurableTaskClient(_hub).GetAllInstancesAsync(query, cancellationToken)
            .Select(flow => flow.InstanceId)
            .FirstOrDefaultAsync(id => !id.StartsWith(own, StringComparison.Ordinal), cancellationToken);
    }

    private string LockFile() => Path.Combine(
        host.StateFolder, "claude-cluster", "hubs", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(connection.Address.ToString())))[..16] + ".lock");
}
