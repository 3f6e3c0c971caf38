namespace ClaudeCluster.DurableTask.Hub;

/// <summary>
/// The host's clock, never backwards. Messages are delivered by the time at which they came, so a clock that is set back must not let a
/// later one overtake an earlier one.
/// </summary>
internal sealed class HubClock(TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _last;

    public DateTimeOffset Now
    {
        get
        {
            lock (_lock)
            {
                var now = time.GetUtcNow();
                return _last = now > _last ? now : _last;
            }
        }
    }

    /// <summary>Done when the signal is, or at that instant, or when cancelled; never throws for these.</summary>
    public async Task WaitAsync(Task signal, DateTimeOffset until, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var wait = until - Now;
        var delay = Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, end.Token);
        // Look again: the clock may have jumped while the delay was set up.
        if (Now < until)
            await Task.WhenAny(signal, delay);
        await end.CancelAsync();
    }
}
