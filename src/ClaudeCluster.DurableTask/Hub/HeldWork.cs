using System.Collections.Concurrent;
using ClaudeCluster.DurableTask.Diagnostics;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>
/// What the workers of this hub hold. Only the leases of connected workers are renewed: one that a commit handed out without the hub
/// learning of it, because the connection broke just then, is nobody's, runs out, and its work waits again. A worker whose streams have
/// ended has a lease's time to complete what it holds, or to come back and say that it still holds it.
/// </summary>
internal sealed class HeldWork(IIdSource ids)
{
    private readonly ConcurrentDictionary<string, Taken> _taken = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Promise> _promised = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _streams = new(StringComparer.Ordinal);

    /// <summary>The leases to renew.</summary>
    public IReadOnlyCollection<string> Tokens => [.. _taken.Values.Where(IsConnected).Select(taken => taken.Lease.Token)];

    /// <summary>True also while the commit or look that gives the lease has not yet come back.</summary>
    public bool Holds(string token) => _promised.ContainsKey(token) || (_taken.TryGetValue(token, out var taken) && IsConnected(taken));

    public void Connect(string workerId) => _streams.AddOrUpdate(workerId, 1, static (_, streams) => streams + 1);

    public void Disconnect(string workerId)
    {
        if (_streams.AddOrUpdate(workerId, 0, static (_, streams) => streams - 1) == 0)
            _streams.TryRemove(new(workerId, 0));
    }

    public Taken? Find(string token) => _taken.GetValueOrDefault(token);

    public void Add(Taken taken)
    {
        _taken[taken.Lease.Token] = taken;
        Metering.Held.Add(1, Metering.Kind(taken.Lease is StepLease));
    }

    /// <summary>Its worker has another connection now. False if nothing is held under this token.</summary>
    public bool Move(string token, Receiver receiver) =>
        _taken.TryGetValue(token, out var taken) && _taken.TryUpdate(token, taken with { Receiver = receiver }, taken);

    /// <summary>The work under this token is done, given back or taken away: its place is free.</summary>
    public void Remove(string token)
    {
        if (!_taken.TryRemove(token, out var taken))
            return;
        Metering.Held.Add(-1, Metering.Kind(taken.Lease is StepLease));
        taken.Receiver.Free(taken.Lease);
    }

    /// <summary>For one commit or look: makes its tokens, which count as held until it is disposed.</summary>
    public Promise NewPromise() => new(this);

    internal sealed class Promise(HeldWork held) : IDisposable
    {
        private readonly List<string> _tokens = [];

        public string NewToken()
        {
            var token = held.NewToken(this);
            _tokens.Add(token);
            return token;
        }

        public void Dispose() => _tokens.ForEach(token => held._promised.TryRemove(token, out _));
    }

    private bool IsConnected(Taken taken) => _streams.ContainsKey(taken.Receiver.Offer.WorkerId);

    private string NewToken(Promise promise)
    {
        var token = ids.NewToken();
        _promised[token] = promise;
        return token;
    }
}
