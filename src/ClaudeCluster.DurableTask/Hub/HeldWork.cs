using System.Collections.Concurrent;
using ClaudeCluster.DurableTask.Diagnostics;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>
/// What the workers of this hub hold. Only its leases are renewed: one that a commit handed out without the hub learning of it, because
/// the connection broke just then, is nobody's, runs out, and its work waits again.
/// </summary>
internal sealed class HeldWork(IIdSource ids)
{
    private readonly ConcurrentDictionary<string, Taken> _taken = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Promise> _promised = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Tokens => [.. _taken.Keys];

    /// <summary>True also while the commit or look that gives the lease has not yet come back.</summary>
    public bool Holds(string token) => _taken.ContainsKey(token) || _promised.ContainsKey(token);

    public Taken? Find(WorkItem item) => _taken.GetValueOrDefault(item.Token);

    public void Add(Taken taken)
    {
        _taken[taken.Lease.Token] = taken;
        Metering.Held.Add(1, Metering.Kind(taken.Lease is StepLease));
    }

    /// <summary>False if it was not held, or no longer.</summary>
    public bool Remove(Taken taken)
    {
        if (!_taken.TryRemove(taken.Lease.Token, out _))
            return false;
        Metering.Held.Add(-1, Metering.Kind(taken.Lease is StepLease));
        return true;
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

    private string NewToken(Promise promise)
    {
        var token = ids.NewToken();
        _promised[token] = promise;
        return token;
    }
}
