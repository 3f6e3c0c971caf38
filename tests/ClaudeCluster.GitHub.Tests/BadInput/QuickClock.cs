namespace ClaudeCluster.GitHub.Tests;

/// <summary>A clock that runs many times as fast as the wall's: waits of seconds, which people and limits need, cost a test little.</summary>
internal sealed class QuickClock(int factor) : TimeProvider
{
    private readonly DateTimeOffset _startedAt = System.GetUtcNow();
    private readonly long _started = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _startedAt + (System.GetElapsedTime(_started) * factor);

    public override long GetTimestamp() => _started + ((System.GetTimestamp() - _started) * factor);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new QuickTimer(System.CreateTimer(callback, state, Shorter(dueTime), Shorter(period)), this);

    private TimeSpan Shorter(TimeSpan time) => time <= TimeSpan.Zero ? time : TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, time.Ticks / factor));

    private sealed class QuickTimer(ITimer timer, QuickClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(clock.Shorter(dueTime), clock.Shorter(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
