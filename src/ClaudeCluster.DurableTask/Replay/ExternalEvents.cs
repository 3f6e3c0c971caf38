using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.DurableTask.Replay;

/// <summary>
/// Events and who waits for them. Names ignore case (ordinally: the same under every culture). An event that nobody waits for is kept,
/// first in, first out; of several waiters the newest is served first, as in Microsoft's SDK for .NET.
/// </summary>
internal sealed class ExternalEvents
{
    private readonly List<EventRaised> _kept = [];
    private readonly List<Waiter> _waiters = [];

    /// <summary>Events that nobody has waited for, in the order in which they came.</summary>
    public IReadOnlyList<EventRaised> Unclaimed => _kept;

    public int Waiters => _waiters.Count;

    public void Raise(EventRaised raised)
    {
        var index = _waiters.FindLastIndex(waiter => SameName(waiter.Name, raised.Name));
        if (index < 0)
        {
            Keep(raised);
            return;
        }

        var waiter = _waiters[index];
        _waiters.RemoveAt(index);
        waiter.Registration.Dispose();
        waiter.Source.TrySetResult(raised.Input);
    }

    public void Keep(EventRaised raised) => _kept.Add(raised);

    public Task<string?> Wait(string name, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return Task.FromCanceled<string?>(cancellation);

        var index = _kept.FindIndex(kept => SameName(kept.Name, name));
        if (index >= 0)
        {
            var raised = _kept[index];
            _kept.RemoveAt(index);
            return Task.FromResult(raised.Input);
        }

        var waiter = new Waiter(name, new TaskCompletionSource<string?>());
        _waiters.Add(waiter);
        if (cancellation.CanBeCanceled)
            waiter.Registration = cancellation.Register(() => Cancel(waiter, cancellation));
        return waiter.Source.Task;
    }

    private static bool SameName(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private void Cancel(Waiter waiter, CancellationToken cancellation)
    {
        if (_waiters.Remove(waiter))
            waiter.Source.TrySetCanceled(cancellation);
    }

    private sealed class Waiter(string name, TaskCompletionSource<string?> source)
    {
        public string Name { get; } = name;

        public TaskCompletionSource<string?> Source { get; } = source;

        public CancellationTokenRegistration Registration { get; set; }
    }
}
