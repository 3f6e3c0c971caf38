namespace ClaudeCluster.DurableTask.Simulation.Machine;

/// <summary>
/// A clock that moves only when nothing is left to do now. It has two hands, as a real machine has: the wall clock, which can be set, and
/// the time since the start, by which timers go.
/// </summary>
internal sealed class VirtualTime : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan _wallIsAhead;

    public Scheduler Scheduler { get; set; } = null!;

    /// <summary>Since the start.</summary>
    public TimeSpan Elapsed { get; private set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        Scheduler.StayOnThread();
        return Epoch + Elapsed + _wallIsAhead;
    }

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Scheduler.StayOnThread();
        var timer = new Timer(this, SimProcess.Running, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void GoTo(TimeSpan elapsed) => Elapsed = elapsed;

    /// <summary>Somebody sets the wall clock.</summary>
    public void StepWall(TimeSpan by) => _wallIsAhead += by;

    public Task DelayAsync(TimeSpan delay) => Task.Delay(delay, this);

    /// <summary>A timer that belongs to the process which made it.</summary>
    internal sealed class Timer(VirtualTime time, SimProcess? process, TimerCallback callback, object? state) : ITimer
    {
        private bool _set;

        public TimeSpan Due { get; private set; }

        public bool IsDueAt(TimeSpan instant) => _set && Due == instant && process is { IsDead: false };

        public void Fire()
        {
            _set = false;
            time.Scheduler.Enqueue(process!, _ => callback(state), null);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            _set = dueTime != Timeout.InfiniteTimeSpan;
            if (!_set)
                return true;
            Due = time.Elapsed + dueTime;
            time.Scheduler.Set(this);
            return true;
        }

        public void Dispose() => _set = false;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
