using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>What clients ask of instances: each request is one commit, made again if the instance moved on meanwhile.</summary>
internal sealed class Requests(
    ITaskHubStore store, Dispatch dispatch, HubClock clock, IIdSource ids, Limits limits, Action<InstanceState> announce, ILogger logger)
{
    public async Task<string> StartAsync(StartRequest request, CancellationToken cancellation)
    {
        var id = request.InstanceId ?? ids.NewId();
        InstanceIds.Check(id);
        ArgumentException.ThrowIfNullOrEmpty(request.Name.Name, nameof(request));
        limits.Check(request);
        InstanceRequests.CheckReplaceable(request);
        while (true)
        {
            var batch = InstanceRequests.Start(request, id, ids.NewId(), clock.Now);
            if (await dispatch.CommitAsync(batch, cancellation) == Verdict.Committed)
            {
                logger.InstanceStarted(id, request.Name);
                announce(batch.Instance!);
                return id;
            }

            if (!await MakeWayAsync(id, request, cancellation))
                throw new OrchestrationAlreadyExistsException(id);
        }
    }

    /// <summary>
    /// Ends the open instance that is to be replaced, as a terminate does: its parent is told, its leftovers go. False if it may not be
    /// replaced. A crash after this leaves it terminated, and the start can be asked for again.
    /// </summary>
    private async Task<bool> MakeWayAsync(string id, StartRequest request, CancellationToken cancellation)
    {
        if (await store.ReadInstanceAsync(id, cancellation) is not { } state)
            return true;
        if (!request.Replaceable.Contains(state.Status))
            return false;
        var batch = InstanceRequests.Terminate(state, new InstanceRequest.Terminate(null), clock.Now);
        if (state.IsOpen && await dispatch.CommitAsync(batch, cancellation) == Verdict.Committed)
            announce(batch.Instance!);
        return true;
    }

    public async Task<string> RestartAsync(string instanceId, bool withNewId, CancellationToken cancellation)
    {
        var state = await store.ReadInstanceAsync(instanceId, cancellation) ?? throw new OrchestrationNotFoundException(instanceId);
        return await StartAsync(InstanceRequests.Restart(state, withNewId ? ids.NewId() : instanceId), cancellation);
    }

    public Task ApplyAsync(string instanceId, InstanceRequest request, CancellationToken cancellation)
    {
        limits.Check(request);
        return CommitAsync(instanceId, request, cancellation);
    }

    private Task CommitAsync(string instanceId, InstanceRequest request, CancellationToken cancellation) => request switch
    {
        InstanceRequest.Raise raise => RaiseAsync(instanceId, raise, cancellation),
        InstanceRequest.Terminate { Recursive: true } terminate => TerminateTreeAsync(instanceId, terminate, cancellation),
        InstanceRequest.Terminate terminate => TerminateAsync(instanceId, terminate, cancellation),
        InstanceRequest.Suspend suspend => ChangeAsync(instanceId, state => InstanceRequests.Suspend(state, suspend, clock.Now), cancellation),
        InstanceRequest.Resume resume => ChangeAsync(instanceId, state => InstanceRequests.Resume(state, resume, clock.Now), cancellation),
        InstanceRequest.Rewind rewind => ChangeAsync(instanceId, state => InstanceRequests.Rewind(state, rewind, clock.Now), cancellation),
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

    private Task<InstanceState> TerminateAsync(string instanceId, InstanceRequest.Terminate terminate, CancellationToken cancellation) => ChangeAsync(
        instanceId, state => state.IsOpen ? InstanceRequests.Terminate(state, terminate, clock.Now) : null, cancellation);

    /// <summary>
    /// From the top down: who has ended begins no more children, so none escapes. Those that were terminated before are gone through too,
    /// so that asking again completes what a crash has cut off. What ended in another way stays as it is, with all below it.
    /// </summary>
    private async Task TerminateTreeAsync(string root, InstanceRequest.Terminate terminate, CancellationToken cancellation)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([root]);
        while (open.TryPop(out var id))
        {
            if (!seen.Add(id) || (await TerminateAsync(id, terminate, cancellation)).Status != OrchestrationRuntimeStatus.Terminated)
                continue;
            foreach (var child in await store.ReadChildrenAsync(id, cancellation))
                open.Push(child.InstanceId);
        }
    }

    /// <summary>Reads, decides and commits until the commit holds or there is nothing to do; the instance as it is then.</summary>
    private async Task<InstanceState> ChangeAsync(string instanceId, Func<InstanceState, CommitBatch?> decide, CancellationToken cancellation)
    {
        while (true)
        {
            var state = await store.ReadInstanceAsync(instanceId, cancellation) ?? throw new OrchestrationNotFoundException(instanceId);
            if (decide(state) is not { } batch)
                return state;
            if (await dispatch.CommitAsync(batch, cancellation) != Verdict.Committed)
                continue; // It has just ended, begun again or changed its status: look once more.
            var after = batch.Instance ?? state;
            announce(after);
            return after;
        }
    }
}
