using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.Agent.Tests;

public sealed class AttemptDeskTests : IDisposable
{
    private readonly SourceRepository _source = new();
    private readonly SetTime _time = new();
    private readonly OfferGate _gate;
    private readonly AttemptDesk _desk;

    public AttemptDeskTests()
    {
        _gate = new OfferGate(_time);
        var logs = new AttemptLogs(Path.Combine(_source.Options.Root, "logs"), 100_000, TimeSpan.FromDays(7), text => text, TimeProvider.System);
        _desk = new AttemptDesk(
            _source.Options.AgentId, _ => throw new NotSupportedException(), _gate, new NoCoordinator(), logs, text => text, _time, NullLogger.Instance, CancellationToken.None);
    }

    public void Dispose()
    {
        _gate.Dispose();
        _source.Dispose();
    }

    [Fact]
    public async Task A_login_that_is_no_longer_good_takes_the_next_task_after_ever_longer_pauses_until_an_attempt_worked()
    {
        foreach (var minutes in (int[])[1, 2, 4, 8, 16, 32, 60, 60])
            Assert.Equal(minutes, await PauseAfterAsync(new AttemptOutcome.NotAuthenticated("401"), new AttemptOutcome.AccountBlocked("no credit")));

        Assert.Equal(0, await PauseAfterAsync(new AttemptOutcome.Failed("x"), new AttemptOutcome.HandedBack()));
        Assert.Equal(60, await PauseAfterAsync(new AttemptOutcome.AccountBlocked("no credit")));
        Assert.Equal(0, await PauseAfterAsync(new AttemptOutcome.TestsFailed("make", "no")));
        Assert.Equal(1, await PauseAfterAsync(new AttemptOutcome.NotAuthenticated("401")));
    }

    /// <summary>The minutes until the gate opens by itself.</summary>
    private async Task<int> PauseAfterAsync(params AttemptOutcome[] outcomes)
    {
        foreach (var outcome in outcomes)
        {
            await using var listener = _desk.Begin(_source.Task());
            listener.End(new AttemptResult { Agent = _source.Options.AgentId, Outcome = outcome });
        }
        var minutes = 0;
        for (; !_gate.IsOpen && minutes < 1000; minutes++)
            _time.Advance(TimeSpan.FromMinutes(1));
        return minutes;
    }

    /// <summary>A clock that a test moves; what is due then is done then.</summary>
    private sealed class SetTime : TimeProvider
    {
        private readonly List<(DateTimeOffset At, Action Due, object Key)> _timers = [];
        private DateTimeOffset _now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by)
        {
            _now += by;
            List<(DateTimeOffset At, Action Due, object Key)> due;
            lock (_timers)
            {
                due = [.. _timers.Where(timer => timer.At <= _now)];
                _timers.RemoveAll(timer => timer.At <= _now);
            }
            due.ForEach(timer => timer.Due());
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(this);
            lock (_timers)
            {
                if (dueTime >= TimeSpan.Zero)
                    _timers.Add((_now + dueTime, () => callback(state), timer));
            }
            return timer;
        }

        private sealed class Timer(SetTime time) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

            public void Dispose()
            {
                lock (time._timers)
                    time._timers.RemoveAll(timer => timer.Key == this);
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
