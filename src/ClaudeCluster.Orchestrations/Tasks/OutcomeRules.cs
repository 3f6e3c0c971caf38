namespace ClaudeCluster.Orchestrations;

/// <summary>What the rules need to know beside the outcome.</summary>
/// <param name="Counted">Attempts that counted so far, this one included.</param>
/// <param name="Lost">Agents lost in a row, this one included.</param>
/// <param name="Waits">Waits in a row, this one included; the delay grows with them.</param>
public sealed record AttemptTally(int Counted, int Lost, int Waits);

/// <summary>PURE. The one table from an attempt's outcome to the task's next step.</summary>
public static class OutcomeRules
{
    private const int LostInARowBeforeAsking = 5;
    private const int WaitsInARowBeforeAsking = 20;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestSpread = TimeSpan.FromMinutes(2);

    /// <param name="outcome">How the attempt ended.</param>
    /// <param name="tally">What was before it.</param>
    /// <param name="limits">The policy's.</param>
    /// <param name="now">The flow's time.</param>
    /// <param name="place">From 0 to 1: where the task stands among all that wait for the same account, so that they do not begin in the same second.</param>
    public static NextStep Decide(AttemptOutcome outcome, AttemptTally tally, AttemptLimits limits, DateTimeOffset now, double place = 0) => outcome switch
    {
        AttemptOutcome.Succeeded => new NextStep.Accept(),
        AttemptOutcome.NoChanges => new NextStep.AskHuman("The agent found nothing to change. Is the issue clear, or already resolved?"),
        AttemptOutcome.TestsFailed tests => AgainOr(tally, limits, new NextStep.TryHere(), $"The tests still fail: {tests.Command}"),
        AttemptOutcome.PolicyRejected rejected => new NextStep.AskHuman($"The change breaks the repository's rules: {string.Join("; ", rejected.Reasons)}"),

        // Who reached a limit offers itself no more until it ends, so the next one to take it has another account.
        AttemptOutcome.UsageLimited when limits.OtherAccounts => new NextStep.TryElsewhere(),
        AttemptOutcome.UsageLimited limited => new NextStep.WaitUntil(limited.ResetsAt + Spread(limited.ResetsAt - now, place), "the account's usage limit is reached"),
        AttemptOutcome.RateLimited limited => WaitFor(limited.RetryAfter, tally, now, "the model's rate limit is reached"),
        AttemptOutcome.ModelUnavailable => WaitFor(null, tally, now, "the model cannot be reached"),

        AttemptOutcome.BudgetExhausted budget => new NextStep.AskHuman(FormattableString.Invariant($"The attempt reached its budget of ${budget.Usd}. May it cost more?")),
        AttemptOutcome.TurnsExhausted turns => AgainOr(tally, limits, new NextStep.TryHere(), $"The attempts used all their turns ({turns.Turns} each)."),
        AttemptOutcome.TimedOut timedOut => AgainOr(tally, limits, new NextStep.TryElsewhere(), $"The attempts ran out of time ({timedOut.Limit} each)."),
        AttemptOutcome.Stalled stalled => AgainOr(tally, limits, new NextStep.TryElsewhere(), $"The coder stopped answering ({stalled.Silence} of silence)."),

        AttemptOutcome.NotAuthenticated human => new NextStep.AskHuman($"The agent's Claude Code is not logged in: {human.Detail}"),
        AttemptOutcome.AccountBlocked human => new NextStep.AskHuman($"The agent's account cannot be used: {human.Detail}"),
        AttemptOutcome.HostNotReady human => new NextStep.AskHuman($"The agent's PC is not ready: {human.Detail} {human.Fix}"),
        AttemptOutcome.Refused human => new NextStep.AskHuman($"The model refused: {human.Detail}"),
        AttemptOutcome.TooLarge human => new NextStep.AskHuman($"The task is too large for one attempt; please split it: {human.Detail}"),

        AttemptOutcome.HandedBack => new NextStep.TryElsewhere(),
        AttemptOutcome.Withdrawn => new NextStep.TryElsewhere(),
        AttemptOutcome.AgentLost => tally.Lost < LostInARowBeforeAsking
            ? new NextStep.TryElsewhere()
            : new NextStep.AskHuman($"{tally.Lost} agents in a row were lost during this task. Does it take their PC down?"),
        AttemptOutcome.Cancelled cancelled => new NextStep.End($"Cancelled by {cancelled.By}."),
        AttemptOutcome.Failed failed => AgainOr(tally, limits, new NextStep.TryElsewhere(), failed.Detail),
        _ => new NextStep.AskHuman($"This version has no rule for the outcome {outcome.GetType().Name}."),
    };

    /// <summary>An attempt that waits, was handed back or stopped, or lost its agent, is not the task's fault.</summary>
    public static bool Counts(AttemptOutcome outcome) => outcome is not (
        AttemptOutcome.UsageLimited or AttemptOutcome.RateLimited or AttemptOutcome.ModelUnavailable
        or AttemptOutcome.HandedBack or AttemptOutcome.Withdrawn or AttemptOutcome.AgentLost or AttemptOutcome.Cancelled);

    public static bool IsWait(AttemptOutcome outcome) =>
        outcome is AttemptOutcome.UsageLimited or AttemptOutcome.RateLimited or AttemptOutcome.ModelUnavailable;

    private static NextStep AgainOr(AttemptTally tally, AttemptLimits limits, NextStep again, string question) =>
        tally.Counted < limits.Attempts
            ? again
            : new NextStep.AskHuman($"{question.TrimEnd('.')}. All {limits.Attempts} attempts are used.");

    /// <summary>No longer than the wait itself.</summary>
    private static TimeSpan Spread(TimeSpan wait, double place) =>
        wait <= TimeSpan.Zero ? TimeSpan.Zero : (wait < LongestSpread ? wait : LongestSpread) * place;

    private static NextStep WaitFor(TimeSpan? asked, AttemptTally tally, DateTimeOffset now, string why)
    {
        if (tally.Waits >= WaitsInARowBeforeAsking)
            return new NextStep.AskHuman($"The task waited {tally.Waits} times in a row because {why}.");
        var grown = TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << Math.Min(tally.Waits - 1, 10)));
        return new NextStep.WaitUntil(now + (asked ?? grown), why);
    }
}
