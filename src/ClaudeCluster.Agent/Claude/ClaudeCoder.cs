namespace ClaudeCluster.Agent;

/// <summary>
/// Claude Code as a coder: one session per attempt, in a home of the attempt's own, with nothing of the repository's own settings.
/// </summary>
/// <param name="options">The CLI.</param>
/// <param name="time">The clock.</param>
/// <param name="agent">Its sandbox is put around the CLI; null: there is none but the CLI's own around the model's commands.</param>
public sealed class ClaudeCoder(ClaudeOptions options, TimeProvider time, AgentOptions? agent = null) : ICoder
{
    // A session that exists is resumed, one that is unknown is begun: each at most once.
    private const int MostRuns = 3;

    private readonly Sandbox? _sandbox = agent is null ? null : Sandbox.Of(agent, time);

    public string Name => $"Claude Code {options.Version}".TrimEnd();

    public bool TakesFollowUps => true;

    public async Task<CoderReport> RunAsync(CoderJob job, CancellationToken cancellationToken)
    {
        var folders = ClaudeFolders.Of(job);
        folders.Create();
        var leftovers = new SandboxLeftovers(job.Folder);
        try
        {
            if (options.Credential is not ClaudeCredential.ApiKey key)
                return await RunSessionAsync(job, options, folders, cancellationToken);
            await using var proxy = await ModelProxy.StartAsync(job.AttemptId, options.BaseUrl, key.Value, new ModelBudget(job.Limits.Usd, time), cancellationToken);
            var behindProxy = options with { Credential = new ClaudeCredential.ApiKey(proxy.Token), BaseUrl = proxy.Url };
            return WithWhatTheProxySaw(await RunSessionAsync(job, behindProxy, folders, cancellationToken), proxy.Budget);
        }
        finally
        {
            leftovers.Remove();
        }
    }

    /// <summary>The CLI does not know of the budget's end, hides how long the API asks to wait, and tells no usage when it was killed.</summary>
    private static CoderReport WithWhatTheProxySaw(CoderReport report, ModelBudget budget)
    {
        var failure = report.Failure switch
        {
            not null when budget.IsUsedUp => new AttemptOutcome.BudgetExhausted(budget.Limit),
            AttemptOutcome.RateLimited { RetryAfter: null } => new AttemptOutcome.RateLimited(budget.RetryAfter),
            var other => other,
        };
        var isTold = report.Usage is { InputTokens: > 0 } or { OutputTokens: > 0 };
        var tokens = budget.Tokens;
        var usage = isTold ? report.Usage : report.Usage with { InputTokens = tokens.Input + tokens.CacheWrite + tokens.CacheRead, OutputTokens = tokens.Output, Usd = budget.Usd };
        return report with { Failure = failure, Usage = usage };
    }

    private async Task<CoderReport> RunSessionAsync(CoderJob job, ClaudeOptions options, ClaudeFolders folders, CancellationToken cancellationToken)
    {
        var session = ClaudeSession.Of(job);
        for (var runs = 1; ; runs++)
        {
            var line = ClaudeCommandLine.Build(job, options, session, GitFolders.Of(job.Folder)) with { Resources = agent?.Resources };
            if (_sandbox is not null)
                line = await ClaudeSandbox.AroundAsync(line, _sandbox, job, options, cancellationToken);
            var run = new ClaudeRun(line, job, time);
            var (child, failure) = await run.RunAsync(cancellationToken);
            if (_sandbox is not null)
                Sandbox.ThrowIfBroken(child);
            if (runs < MostRuns && OtherSession(session, child, run.Record, job) is { } other)
            {
                session = other;
                continue;
            }

            return Report(session, child, failure, run.Record, folders);
        }
    }

    /// <summary>A crash may have left the session of this attempt, or taken the one that was to go on.</summary>
    private static ClaudeSession? OtherSession(ClaudeSession session, ChildResult child, ClaudeRecord record, CoderJob job)
    {
        if (child.End != ChildEnd.Exited || child.ExitCode == 0)
            return null;
        if (!session.Resumes && record.Result is null && child.Error.Contains("already in use", StringComparison.Ordinal))
            return session with { Resumes = true };
        var isUnknown = record.Result is { Subtype: "error_during_execution", Turns: 0 } or null && record.Started is null
            && (child.Error + record.Result?.Text).Contains("No conversation found", StringComparison.Ordinal);
        return session.Resumes && isUnknown ? ClaudeSession.Of(job.AttemptId) : null;
    }

    private static CoderReport Report(ClaudeSession session, ChildResult child, AttemptOutcome? failure, ClaudeRecord record, ClaudeFolders folders)
    {
        var id = record.Result?.Session ?? record.Started?.Session;
        var usage = record.UsageSince(ClaudeCosts.Read(folders, id ?? session.Id), child.Duration);
        if (id is not null && record.Result is { } result)
            ClaudeCosts.Write(folders, id, result.SessionUsd);
        return new CoderReport { Failure = failure, Claimed = ClaimOf(record.Result), Session = id, Usage = usage };
    }

    private static string? ClaimOf(ClaudeEvent.Result? result)
    {
        if (result is not { IsError: false })
            return null;
        var denied = result.DeniedTools.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return denied.Count == 0 ? result.Text : $"{result.Text}\n\n(Denied on the way: {string.Join(", ", denied)}.)";
    }
}
