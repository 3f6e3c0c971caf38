namespace ClaudeCluster.Agent;

/// <summary>
/// Whether this agent takes tasks. It is closed while at least one reason holds; each reason is opened by whoever gave it, or by itself
/// when its time is over. What the agent already works on is not touched.
/// </summary>
public sealed class OfferGate(TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string Why, ITimer? Alarm)> _closed = new(StringComparer.Ordinal);
    private CancellationTokenSource _changed = new();

    public bool IsOpen => Problem is null;

    /// <summary>Why it is closed; null if it is open.</summary>
    public string? Problem
    {
        get
        {
            lock (_lock)
                return _closed.Count == 0 ? null : string.Join("; ", _closed.OrderBy(reason => reason.Key, StringComparer.Ordinal).Select(reason => reason.Value.Why));
        }
    }

    public bool IsClosedBy(string reason)
    {
        lock (_lock)
            return _closed.ContainsKey(reason);
    }

    /// <param name="reason">Whose reason it is.</param>
    /// <param name="why">For people.</param>
    /// <param name="until">When it opens by itself; null: only by <see cref="Open"/>.</param>
    public void Close(string reason, string why, DateTimeOffset? until = null)
    {
        // The longest that a timer can wait; it then asks again.
        var wait = until - time.GetUtcNow() is { } left ? TimeSpan.FromTicks(Math.Clamp(left.Ticks, 0, TimeSpan.FromDays(40).Ticks)) : (TimeSpan?)null;
        Change(() =>
        {
            if (_closed.Remove(reason, out var earlier))
                earlier.Alarm?.Dispose();
            _closed[reason] = (why, wait is { } w ? time.CreateTimer(_ => Open(reason), null, w, Timeout.InfiniteTimeSpan) : null);
        });
    }

    public void Open(string reason) => Change(() =>
    {
        if (_closed.Remove(reason, out var closing))
            closing.Alarm?.Dispose();
    });

    /// <summary>How it stands, and a token that is cancelled when that changes.</summary>
    public (bool IsOpen, CancellationToken Changed) Watch()
    {
        lock (_lock)
            return (_closed.Count == 0, _changed.Token);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (_, alarm) in _closed.Values)
                alarm?.Dispose();
        }
    }

    private void Change(Action change)
    {
        CancellationTokenSource? told = null;
        lock (_lock)
        {
            var wasOpen = _closed.Count == 0;
            change();
            if (wasOpen != (_closed.Count == 0))
                (told, _changed) = (_changed, new CancellationTokenSource());
        }

        // Outside of the lock: whoever hears it looks at the gate.
        told?.Cancel();
    }
}
