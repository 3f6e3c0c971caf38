namespace ClaudeCluster.Agent;

/// <summary>PURE. The outcomes that a script can end with, by their words in JSON and tables.</summary>
internal static class ScriptedOutcome
{
    public static IReadOnlyList<string> Words { get; } =
    [
        "succeeded", "failed", "refused", "tooLarge", "usageLimited", "rateLimited", "modelUnavailable", "budgetExhausted",
        "turnsExhausted", "timedOut", "stalled", "notAuthenticated", "accountBlocked", "hostNotReady",
    ];

    /// <returns>Null: it ended well.</returns>
    public static AttemptOutcome? Of(CoderStep.End end, AttemptLimits limits, DateTimeOffset now) => end.Outcome switch
    {
        "succeeded" => null,
        "refused" => new AttemptOutcome.Refused(end.Detail),
        "tooLarge" => new AttemptOutcome.TooLarge(end.Detail),
        "usageLimited" => new AttemptOutcome.UsageLimited(now + end.ResetsIn, null),
        "rateLimited" => new AttemptOutcome.RateLimited(end.ResetsIn),
        "modelUnavailable" => new AttemptOutcome.ModelUnavailable(end.Detail),
        "budgetExhausted" => new AttemptOutcome.BudgetExhausted(limits.Usd),
        "turnsExhausted" => new AttemptOutcome.TurnsExhausted(limits.Turns),
        "timedOut" => new AttemptOutcome.TimedOut(limits.WallTime),
        "stalled" => new AttemptOutcome.Stalled(limits.Silence),
        "notAuthenticated" => new AttemptOutcome.NotAuthenticated(end.Detail),
        "accountBlocked" => new AttemptOutcome.AccountBlocked(end.Detail),
        "hostNotReady" => new AttemptOutcome.HostNotReady(end.Detail, "Change the script."),
        _ => new AttemptOutcome.Failed(end.Detail),
    };
}
