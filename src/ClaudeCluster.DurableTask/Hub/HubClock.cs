namespace ClaudeCluster.DurableTask.Hub;

/// <summary>
/// The host's clock, never backwards. Messages are delivered by the time at which they came, so a clock that is set back must not let a
/// later one overtake an earlier one. Until the host's clock has caught up, the time goes on from where it stood.
/// </summary>
internal sealed class HubClock(TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _last;
    private long _lastStamp;

    public DateTimeOffset Now
    {
        get
        {
            lock (_lock)
            {
                var (now, stamp) = (time.GetUtcNow(), time.GetTimestamp());
                _last = now >= _last ? now : _last + time.GetElapsedTime(_lastStamp, stamp);
                _lastStamp = stamp;
                return _last;
            }
        }
    }

    /// <summary>A timer of the host, not yet set.</summary>
    public ITimer NewTimer(Action ring) => time.CreateTimer(static action => ((Action)action!)(), ring, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>Done at the ring that <paramref name="next"/> waits for, or at that instant, or when cancelled; never throws for these.</summary>
    public async Task WaitAsync(Signal signal, Task next, DateTimeOffset until, CancellationToken cancellation)
    {
        // Instant and cancellation ring too, so that one task is awaited: a race of tasks would go on from the thread pool.
        using var alarm = NewTimer(signal.Ring);
        await using var end = cancellation.Register(signal.Ring);
        var wait = until - Now;
        alarm.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        // Look again: the clock may have jumped while the alarm was set.
        if (Now < until)
            await next;
    }
}
