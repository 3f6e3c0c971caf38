using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>What clients ask of instances: each request is one commit, made again if the instance moved on meanwhile.</summary>
internal sealed class Requests(ITaskHubStore store, Dispatch dispatch, HubClock clock, IIdSource ids, Action<InstanceState> announce, ILogger logger)
{
    public async Task<string> StartAsync(StartRequest request, CancellationToken cancellation)
    {
        var id = request.InstanceId ?? ids.NewId();
        InstanceIds.Check(id);
        ArgumentException.ThrowIfNullOrEmpty(request.Name.Name, nameof(request));
        var batch = InstanceRequests.Start(request, id, ids.NewId(), clock.Now);
        if (await dispatch.CommitAsync(batch, cancellation) != Verdict.Committed)
            throw new OrchestrationAlreadyExistsException(id);
        logger.InstanceStarted(id, request.Name);
        announce(batch.Instance!);
        return id;
    }

    public Task ApplyAsync(string instanceId, InstanceRequest request, CancellationToken cancellation) => request switch
    {
        InstanceRequest.Raise raise => RaiseAsync(instanceId, raise, cancellation),
        InstanceRequest.Terminate terminate => TerminateAsync(instanceId, terminate, cancellation),
        _ => throw new ArgumentOutOfRangeException(nameof(request)),
    };

    private async Task RaiseAsync(string instanceId, InstanceRequest.Raise raise, CancellationToken cancellation)
    {
        switch (await dispatch.CommitAsync(InstanceRequests.Raise(instanceId, raise, clock.Now), cancellation))
        {
            case Verdict.NoSuchInstance:
                throw new OrchestrationNotFoundException(instanceId);
            case Verdict.NotOpen:
                logger.EventDropped(instanceId, raise.EventName);
                break;
        }
    }

    private async Task TerminateAsync(string instanceId, InstanceRequest.Terminate terminate, CancellationToken cancellation)
    {
        while (true)
        {
            var state = await store.ReadInstanceAsync(instanceId, cancellation) ?? throw new OrchestrationNotFoundException(instanceId);
            if (!state.IsOpen)
                return;
            var batch = InstanceRequests.Terminate(state, terminate, clock.Now);
            if (await dispatch.CommitAsync(batch, cancellation) != Verdict.Committed)
                continue; // It has just ended or begun again: look once more.
            announce(batch.Instance!);
            return;
        }
    }
}
