using System.Collections.Concurrent;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>
/// Which holder was given work of which instances, and who is connected. What was given before this process was started is known by its
/// leases: their worker's name begins with the holder's; or, when those are over too, by what the instance itself says.
/// </summary>
internal sealed class GivenWork
{
    private const int MostRemembered = 50_000;
    private readonly ConcurrentDictionary<(string Holder, string InstanceId), bool> _given = [];
    private readonly ConcurrentQueue<(string Holder, string InstanceId)> _order = [];
    private readonly ConcurrentDictionary<string, int> _streams = new(StringComparer.Ordinal);

    public bool IsConnected(string holder) => _streams.GetValueOrDefault(holder) > 0;

    /// <summary>Until it is disposed, the holder counts as connected.</summary>
    public IDisposable Connect(string holder)
    {
        _streams.AddOrUpdate(holder, 1, static (_, streams) => streams + 1);
        return new Connection(this, holder);
    }

    public void Remember(string holder, string instanceId)
    {
        if (!_given.TryAdd((holder, instanceId), true))
            return;
        _order.Enqueue((holder, instanceId));
        if (_given.Count > MostRemembered && _order.TryDequeue(out var oldest))
            _given.TryRemove(oldest, out _);
    }

    public async Task<bool> WasGivenAsync(LocalTaskHub hub, HubGrant grant, string instanceId, CancellationToken cancellation)
    {
        if (grant.Holder is not { } holder)
            return false;
        if (_given.ContainsKey((holder, instanceId)))
            return true;
        if (!await HoldsAsync(hub, grant, instanceId, cancellation) && !await IsHoldersAsync(hub, grant, instanceId, cancellation))
            return false;
        Remember(holder, instanceId);
        return true;
    }

    /// <exception cref="RpcException">What has this token was given to somebody else.</exception>
    public static async Task CheckOwnAsync(LocalTaskHub hub, HubGrant grant, string token, CancellationToken cancellation)
    {
        if (grant.Holder is not null && await hub.FindActivityLeaseAsync(token, cancellation) is { } lease && !grant.Owns(lease.WorkerId))
            throw new RpcException(StatusCode.PermissionDenied, $"This work on '{lease.InstanceId}' was given to somebody else.");
    }

    /// <summary>Those of the tokens that the holder may say it holds.</summary>
    public static async Task<IReadOnlyCollection<string>> OwnOfAsync(LocalTaskHub hub, HubGrant grant, IReadOnlyCollection<string> tokens, CancellationToken cancellation)
    {
        if (grant.Holder is null || tokens.Count == 0)
            return tokens;
        var own = new List<string>();
        foreach (var token in tokens)
        {
            if (await hub.FindActivityLeaseAsync(token, cancellation) is { } lease && grant.Owns(lease.WorkerId))
                own.Add(token);
        }

        return own;
    }

    private static async Task<bool> HoldsAsync(LocalTaskHub hub, HubGrant grant, string instanceId, CancellationToken cancellation) =>
        (await hub.ReadActivityLeasesAsync(cancellation)).Any(lease => lease.InstanceId == instanceId && grant.Owns(lease.WorkerId));

    private static async Task<bool> IsHoldersAsync(LocalTaskHub hub, HubGrant grant, string instanceId, CancellationToken cancellation) =>
        await hub.GetAsync(instanceId, payloads: true, cancellation) is { } instance && grant.IsHolders(instance);

    private sealed class Connection(GivenWork work, string holder) : IDisposable
    {
        public void Dispose()
        {
            if (work._streams.AddOrUpdate(holder, 0, static (_, streams) => streams - 1) == 0)
                work._streams.TryRemove(new(holder, 0));
        }
    }
}
