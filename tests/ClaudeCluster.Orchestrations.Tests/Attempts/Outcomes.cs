namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>One of each outcome.</summary>
internal static class Outcomes
{
    public static IReadOnlyList<AttemptOutcome> All { get; } =
    [
        new AttemptOutcome.Succeeded(),
        new AttemptOutcome.NoChanges(),
        new AttemptOutcome.TestsFailed("make test", "1 failed"),
        new AttemptOutcome.PolicyRejected(["too large", "protected path"]),
        new AttemptOutcome.UsageLimited(Sample.Noon, "team@example.com"),
        new AttemptOutcome.RateLimited(TimeSpan.FromMinutes(2)),
        new AttemptOutcome.ModelUnavailable("overloaded"),
        new AttemptOutcome.BudgetExhausted(5m),
        new AttemptOutcome.TurnsExhausted(60),
        new AttemptOutcome.TimedOut(TimeSpan.FromHours(1)),
        new AttemptOutcome.Stalled(TimeSpan.FromMinutes(10)),
        new AttemptOutcome.NotAuthenticated("run 'claude login'"),
        new AttemptOutcome.AccountBlocked("organisation disabled"),
        new AttemptOutcome.HostNotReady("disk full.", "Free some space."),
        new AttemptOutcome.Refused("usage policy"),
        new AttemptOutcome.TooLarge("prompt too long"),
        new AttemptOutcome.HandedBack(),
        new AttemptOutcome.Withdrawn(),
        new AttemptOutcome.Cancelled("mona"),
        new AttemptOutcome.AgentLost(new("pc-1")),
        new AttemptOutcome.Failed("git said no"),
    ];

    /// <summary>The family as the code has it.</summary>
    public static IReadOnlyList<Type> Types { get; } = [.. typeof(AttemptOutcome).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(AttemptOutcome)))];
}
