using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>An agent that takes exactly one task and ends, as a step of a job does.</summary>
internal sealed class AgentOnce
{
    private const string OneOnly = "once";

    private readonly TaskCompletionSource<(string Attempt, AttemptResult Result)> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AgentSession _session;
    private readonly OnePlace _place;
    private readonly HostEnvironment _host;
    private readonly TimeSpan _patience;

    private AgentOnce(AgentSession session, OnePlace place, HostEnvironment host, TimeSpan patience) =>
        (_session, _place, _host, _patience) = (session, place, host, patience);

    /// <summary>The attempt and its result; null: there was nothing to do.</summary>
    public static async Task<(string Attempt, AttemptResult Result)?> RunAsync(AgentSession session, OnePlace place, HostEnvironment host, TimeSpan patience) =>
        await new AgentOnce(session, place, host, patience).RunAsync();

    private async Task<(string Attempt, AttemptResult Result)?> RunAsync()
    {
        var start = _host.Time.GetTimestamp();
        await _session.PrepareAsync(_session.Signals.Stopping);
        using var taken = await TakeSlotAsync(start);
        if (taken is null)
            return null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_session.Signals.Stopping);
        using var background = new CancellationTokenSource();
        var life = _session.ShowLifeAsync(background.Token);
        _session.Desk.Changed += () =>
        {
            // One is enough, however it ends.
            if (_session.Desk.Running.Count > 0)
                _session.Gate.Close(OneOnly, "it takes one task");
            _session.SignsOfLife.Wake();
        };
        _session.Desk.Ended += (attempt, result) => _ended.TrySetResult((attempt, result));
        var working = _session.WorkAsync(slots: 1, stop.Token);
        try
        {
            await WaitAsync(working, start);
        }
        finally
        {
            await stop.CancelAsync();
            await working;
            await background.CancelAsync();
            await life;
        }

        return _ended.Task.IsCompletedSuccessfully ? await _ended.Task : null;
    }

    /// <summary>Until the task has ended, or none has come in time.</summary>
    private async Task WaitAsync(Task working, long start)
    {
        using var over = new CancellationTokenSource();
        var left = _patience - _host.Time.GetElapsedTime(start);
        var late = Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _host.Time, over.Token);
        await Task.WhenAny(working, late, _ended.Task);
        await over.CancelAsync();
        if (_session.Desk.Running.Count > 0)
            await Task.WhenAny(working, _ended.Task);
    }

    /// <returns>Null: a daemon on this PC uses all places.</returns>
    private async Task<IDisposable?> TakeSlotAsync(long start)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_session.Signals.Stopping);
        var left = _patience - _host.Time.GetElapsedTime(start);
        await using var alarm = _host.Time.CreateTimer(static state => ((CancellationTokenSource)state!).Cancel(), over, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        try
        {
            return await _place.TakeAsync(over.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}

/// <summary>The one place that a run of one task holds from before it asks for work until it ends.</summary>
internal sealed class OnePlace(Slots slots)
{
    public Task<IDisposable> TakeAsync(CancellationToken cancellationToken) => slots.TakeAsync(cancellationToken);

    /// <summary>For the task: its run holds the place already.</summary>
    public static Task<IDisposable> TaskPlaceAsync(CancellationToken cancellationToken) => Task.FromResult<IDisposable>(new Held());

    private sealed class Held : IDisposable
    {
        public void Dispose()
        {
            // The run frees it.
        }
    }
}
