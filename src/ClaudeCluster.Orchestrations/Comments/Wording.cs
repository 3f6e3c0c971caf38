using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. Numbers, times and outcomes as the comment and the pull request say them. Text of others comes back unescaped.</summary>
internal static class Wording
{
    public static string Money(decimal usd) => usd.ToString("0.00##", CultureInfo.InvariantCulture) + " USD";

    public static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>How long something took: <c>0.7 s</c>, <c>12 s</c>, <c>3 min 10 s</c>, <c>1 h 5 min</c>.</summary>
    public static string Took(TimeSpan time) => time switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Seconds} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes} min"),
    };

    public static string Count(int number, string one) => string.Create(CultureInfo.InvariantCulture, $"{number} {one}{(number == 1 ? "" : "s")}");

    public static string Outcome(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Succeeded => "succeeded",
        AttemptOutcome.NoChanges => "found nothing to change",
        AttemptOutcome.TestsFailed tests => $"tests failed: {tests.Command}",
        AttemptOutcome.PolicyRejected rejected => $"breaks the repository's rules: {string.Join("; ", rejected.Reasons)}",
        AttemptOutcome.UsageLimited limited => $"usage limit reached, until {Time(limited.ResetsAt)}",
        AttemptOutcome.RateLimited { RetryAfter: { } wait } => $"rate limit reached, for {DurationText.Write(wait)}",
        AttemptOutcome.RateLimited => "rate limit reached",
        AttemptOutcome.ModelUnavailable model => $"model not available: {model.Detail}",
        AttemptOutcome.BudgetExhausted budget => $"budget of {Money(budget.Usd)} used up",
        AttemptOutcome.TurnsExhausted turns => $"all {Count(turns.Turns, "turn")} used up",
        AttemptOutcome.TimedOut timedOut => $"not ready in {DurationText.Write(timedOut.Limit)}",
        AttemptOutcome.Stalled stalled => $"silent for {DurationText.Write(stalled.Silence)}",
        AttemptOutcome.NotAuthenticated human => $"Claude Code is not logged in: {human.Detail}",
        AttemptOutcome.AccountBlocked human => $"account cannot be used: {human.Detail}",
        AttemptOutcome.HostNotReady human => $"PC not ready: {human.Detail} {human.Fix}",
        AttemptOutcome.Refused human => $"model refused: {human.Detail}",
        AttemptOutcome.TooLarge human => $"too large for one attempt: {human.Detail}",
        AttemptOutcome.HandedBack => "handed back by an agent that stops",
        AttemptOutcome.Withdrawn => "taken over by another agent",
        AttemptOutcome.Cancelled cancelled => $"cancelled by {cancelled.By}",
        AttemptOutcome.AgentLost => "agent lost",
        AttemptOutcome.Failed failed => $"failed: {failed.Detail}",
        _ => outcome.GetType().Name,
    };
}
