namespace ClaudeCluster.GitHub.Tests;

/// <summary>The real clock, moved ahead when a test says so. Timers run as they do.</summary>
internal sealed class ManualClock : TimeProvider
{
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;

    public void Advance(TimeSpan by) => _ahead += by;
}
