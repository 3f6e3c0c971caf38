using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Agent;

/// <summary>
/// What one attempt tells the coordinator: bounded, redacted, at most once a second, and never in the way of the work. What authorised
/// people say to the session comes back with the answers and waits here for the coder's next turn.
/// </summary>
internal sealed class AttemptNews : IAsyncDisposable
{
    private const int MostLines = 100;
    private const int LongestLine = 300;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AwayInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _fresh = new(0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<string> _guidance = [];
    private readonly Func<string, string> _redact;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Task _telling;
    private AttemptProgress _now;
    private List<string> _lines = [];

    public AttemptNews(ICoordinatorLink link, string attemptId, AgentId agent, Func<string, string> redact, TimeProvider time, ILogger logger)
    {
        (_redact, _time, _logger) = (redact, time, logger);
        _now = new AttemptProgress { Agent = agent, Phase = "workspace" };
        _telling = TellAsync(link, attemptId);
    }

    public void Change(Func<AttemptProgress, AttemptProgress> change)
    {
        lock (_lock)
            _now = change(_now);
        Wake();
    }

    public void Add(string line)
    {
        var shown = Shorten(_redact(line));
        lock (_lock)
        {
            _lines.Add(shown);
            if (_lines.Count > MostLines)
                _lines.RemoveAt(0);
        }

        Wake();
    }

    public void Use(string tool) => Change(now => now with { LastTool = Shorten(_redact(tool)) });

    public IReadOnlyList<string> TakeGuidance()
    {
        lock (_lock)
        {
            string[] said = [.. _guidance];
            _guidance.Clear();
            return said;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _telling;
        _end.Dispose();
        _fresh.Dispose();
    }

    private async Task TellAsync(ICoordinatorLink link, string attemptId)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                await _fresh.WaitAsync(_end.Token);
                var isHeard = await TellOnceAsync(link, attemptId, _end.Token);
                await Task.Delay(isHeard ? Interval : AwayInterval, _time, _end.Token);
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            // The attempt is over: one last word, for which nobody waits long.
        }

        using var limit = new CancellationTokenSource(LastWord, _time);
        await TellOnceAsync(link, attemptId, limit.Token);
    }

    private async Task<bool> TellOnceAsync(ICoordinatorLink link, string attemptId, CancellationToken cancellationToken)
    {
        AttemptProgress progress;
        lock (_lock)
        {
            progress = _now with { Lines = _lines };
            _lines = [];
        }

        try
        {
            var answer = await link.TellAsync(attemptId, progress, cancellationToken);
            lock (_lock)
                _guidance.AddRange(answer.Guidance);
            return true;
        }
        catch (Exception failure) when (failure is CoordinatorAwayException or OperationCanceledException)
        {
            lock (_lock)
                _lines = [.. progress.Lines.Concat(_lines).TakeLast(MostLines)];
            Wake();
            _logger.NewsNotHeard(attemptId, failure);
            return false;
        }
    }

    private void Wake()
    {
        if (_fresh.CurrentCount == 0)
            _fresh.Release();
    }

    private static string Shorten(string text) => text.Length <= LongestLine
        ? text
        : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[LongestLine - 2]) ? LongestLine - 2 : LongestLine - 1), "…");
}
