using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// How an attempt ended: a closed family, never a bare exit code. <see cref="OutcomeRules"/> says the next step of each.
/// Written as <c>{"outcome":"usageLimited",…}</c>; a word that this version does not know reads as <see cref="Failed"/>.
/// </summary>
[JsonConverter(typeof(AttemptOutcomeJson))]
public abstract record AttemptOutcome
{
    private AttemptOutcome()
    {
    }

    // There is work to look at.

    public sealed record Succeeded : AttemptOutcome;

    public sealed record NoChanges : AttemptOutcome;

    public sealed record TestsFailed(string Command, string Tail) : AttemptOutcome;

    public sealed record PolicyRejected(IReadOnlyList<string> Reasons) : AttemptOutcome;

    // Wait; such an attempt is not counted.

    /// <param name="ResetsAt">When the account may work again.</param>
    /// <param name="Account">Whose limit it is; null if not known.</param>
    public sealed record UsageLimited(DateTimeOffset ResetsAt, string? Account) : AttemptOutcome;

    public sealed record RateLimited(TimeSpan? RetryAfter) : AttemptOutcome;

    public sealed record ModelUnavailable(string Detail) : AttemptOutcome;

    // Our own limits.

    public sealed record BudgetExhausted(decimal Usd) : AttemptOutcome;

    public sealed record TurnsExhausted(int Turns) : AttemptOutcome;

    public sealed record TimedOut(TimeSpan Limit) : AttemptOutcome;

    public sealed record Stalled(TimeSpan Silence) : AttemptOutcome;

    // A person is needed.

    public sealed record NotAuthenticated(string Detail) : AttemptOutcome;

    public sealed record AccountBlocked(string Detail) : AttemptOutcome;

    public sealed record HostNotReady(string Detail, string Fix) : AttemptOutcome;

    public sealed record Refused(string Detail) : AttemptOutcome;

    public sealed record TooLarge(string Detail) : AttemptOutcome;

    // The attempt was taken away from its agent, or the agent from it.

    /// <summary>The agent is being stopped and gives the task back.</summary>
    public sealed record HandedBack : AttemptOutcome;

    /// <summary>Another worker holds the claim.</summary>
    public sealed record Withdrawn : AttemptOutcome;

    public sealed record Cancelled(string By) : AttemptOutcome;

    public sealed record AgentLost(AgentId? Agent) : AttemptOutcome;

    public sealed record Failed(string Detail) : AttemptOutcome;
}
