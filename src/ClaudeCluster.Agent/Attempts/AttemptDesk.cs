using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Agent;

/// <summary>The desk of an agent on a PC of its own.</summary>
public sealed class AttemptDesk(
    AgentId agent, Func<CancellationToken, Task<IDisposable>> takePlace, OfferGate gate, ICoordinatorLink link, AttemptLogs logs, Func<string, string> redact, TimeProvider time, ILogger logger, CancellationToken atOnce)
    : IAttemptDesk
{
    /// <summary>Of the offer gate: the account is used up until a known time.</summary>
    public const string Account = "account";

    /// <summary>Of the offer gate: somebody must mend the PC; it is looked at again and again.</summary>
    public const string Host = "host";

    /// <summary>Of the offer gate: the login is no longer good, which only an attempt can find out; the next one is taken after ever longer pauses.</summary>
    public const string Login = "login";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, RunningAttempt> _running = new(StringComparer.Ordinal);
    private int _loginFailures;

    public CancellationToken AtOnce => atOnce;

    /// <summary>What is worked on.</summary>
    public IReadOnlyList<RunningAttempt> Running => [.. _running.Values.OrderBy(attempt => attempt.Since)];

    /// <summary>How the attempts of this process ended, the last one last.</summary>
    public event Action<string, AttemptResult>? Ended;

    /// <summary>Something about what is worked on changed.</summary>
    public event Action? Changed;

    public Task<IDisposable> TakePlaceAsync(CancellationToken cancellationToken) => takePlace(cancellationToken);

    public IAttemptListener Begin(AgentTask task)
    {
        logger.AttemptBegins(task.AttemptId, task.Issue.Title);
        _running[task.AttemptId] = new RunningAttempt(task.AttemptId, task.Repository.FullName, task.Issue.Number, time.GetUtcNow());
        Changed?.Invoke();
        return new Listener(this, task, new AttemptNews(link, task.AttemptId, agent, redact, time, logger), logs.Open(task.AttemptId));
    }

    private void End(AgentTask task, AttemptResult result)
    {
        if (logger.IsEnabled(LogLevel.Information))
            logger.AttemptEnds(task.AttemptId, OutcomeText.Describe(result.Outcome));
        CloseOffer(result.Outcome);
        _running.TryRemove(task.AttemptId, out _);
        Changed?.Invoke();
        Ended?.Invoke(task.AttemptId, result);
    }

    private void CloseOffer(AttemptOutcome outcome)
    {
        switch (outcome)
        {
            case AttemptOutcome.UsageLimited limited:
                gate.Close(Account, $"usage limit until {limited.ResetsAt:u}", limited.ResetsAt);
                break;
            case AttemptOutcome.NotAuthenticated or AttemptOutcome.AccountBlocked:
                CloseForLogin(OutcomeText.Describe(outcome));
                break;
            case AttemptOutcome.HostNotReady:
                gate.Close(Host, OutcomeText.Describe(outcome));
                break;
            case AttemptOutcome.Succeeded or AttemptOutcome.NoChanges or AttemptOutcome.TestsFailed or AttemptOutcome.PolicyRejected or AttemptOutcome.TurnsExhausted or AttemptOutcome.BudgetExhausted:
                Interlocked.Exchange(ref _loginFailures, 0);
                break;
            default:
                break;
        }
    }

    /// <summary>Of several attempts that fail at once, one counts.</summary>
    private void CloseForLogin(string why)
    {
        if (gate.IsClosedBy(Login))
            return;
        var pause = FirstPause * Math.Pow(2, Math.Min(Interlocked.Increment(ref _loginFailures) - 1, 10));
        var until = time.GetUtcNow() + (pause < LongestPause ? pause : LongestPause);
        gate.Close(Login, $"{why}; the next attempt is taken at {until:u}", until);
    }

    private sealed class Listener(AttemptDesk desk, AgentTask task, AttemptNews news, RollingFile log) : IAttemptListener
    {
        private bool _hasEnded;

        public void Report(string value)
        {
            desk.LogLine(task.AttemptId, value);
            log.WriteLine(value);
            news.Add(value);
        }

        public void Enter(string phase)
        {
            log.WriteLine($"== {phase}");
            news.Change(now => now with { Phase = phase });
        }

        public void Use(string tool) => news.Use(tool);

        public void Spend(Usage soFar) => news.Change(now => now with { Usage = soFar });

        public void Hear(string line) => log.WriteLine(line);

        public IReadOnlyList<string> TakeGuidance() => news.TakeGuidance();

        public void End(AttemptResult result)
        {
            _hasEnded = true;
            log.WriteLine($"== ended: {OutcomeText.Describe(result.Outcome)}");
            desk.End(task, result);
        }

        public async ValueTask DisposeAsync()
        {
            if (!_hasEnded)
            {
                desk._running.TryRemove(task.AttemptId, out _);
                desk.Changed?.Invoke();
            }

            await news.DisposeAsync();
            log.Dispose();
            desk.RemoveOldLogs();
        }
    }

    private void RemoveOldLogs() => logs.RemoveOld();

    private void LogLine(string attempt, string line) => logger.AttemptSays(attempt, line);
}

/// <summary>An attempt that an agent works on.</summary>
public sealed record RunningAttempt(string AttemptId, string Repository, int Issue, DateTimeOffset Since);
