using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. An outcome in words, for the comment and for the next attempt's prompt.</summary>
public static class OutcomeText
{
    /// <summary>The outcome's word, as it stands in JSON: <c>testsFailed</c>.</summary>
    public static string Word(AttemptOutcome outcome) => AttemptOutcomeJson.Word(outcome.GetType());

    /// <summary>One line or a few; a test's output may follow its command.</summary>
    public static string Describe(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Succeeded => "Succeeded.",
        AttemptOutcome.NoChanges => "Nothing was changed.",
        AttemptOutcome.TestsFailed tests => $"The test command `{tests.Command}` failed:\n{tests.Tail}",
        AttemptOutcome.PolicyRejected rejected => $"The change breaks the repository's rules: {string.Join("; ", rejected.Reasons)}",
        AttemptOutcome.UsageLimited limited => string.Create(CultureInfo.InvariantCulture, $"The account's usage limit is reached until {limited.ResetsAt:u}."),
        AttemptOutcome.RateLimited => "The model's rate limit is reached.",
        AttemptOutcome.ModelUnavailable unavailable => $"The model cannot be reached: {unavailable.Detail}",
        AttemptOutcome.BudgetExhausted budget => string.Create(CultureInfo.InvariantCulture, $"The budget of ${budget.Usd} is spent."),
        AttemptOutcome.TurnsExhausted turns => string.Create(CultureInfo.InvariantCulture, $"All {turns.Turns} turns are used."),
        AttemptOutcome.TimedOut timedOut => $"Not done within {timedOut.Limit}.",
        AttemptOutcome.Stalled stalled => $"No sign of life for {stalled.Silence}.",
        AttemptOutcome.NotAuthenticated human => $"Claude Code is not logged in: {human.Detail}",
        AttemptOutcome.AccountBlocked human => $"The account cannot be used: {human.Detail}",
        AttemptOutcome.HostNotReady human => $"The PC is not ready: {human.Detail} {human.Fix}",
        AttemptOutcome.Refused human => $"The model refused: {human.Detail}",
        AttemptOutcome.TooLarge human => $"Too large for one attempt: {human.Detail}",
        AttemptOutcome.HandedBack => "The agent was stopped and gave the task back.",
        AttemptOutcome.Withdrawn => "Another agent had the claim.",
        AttemptOutcome.Cancelled cancelled => $"Cancelled by {cancelled.By}.",
        AttemptOutcome.AgentLost lost => lost.Agent is { } agent ? $"The agent {agent} was lost." : "The agent was lost.",
        AttemptOutcome.Failed failed => failed.Detail,
        _ => outcome.ToString(),
    };
}
