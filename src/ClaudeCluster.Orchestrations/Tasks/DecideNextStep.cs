namespace ClaudeCluster.Orchestrations;

public sealed record OutcomeToJudge(AttemptOutcome Outcome, AttemptTally Tally, AttemptLimits Limits, DateTimeOffset Now)
{
    /// <summary>Whose outcome it is; null: an earlier release did not say.</summary>
    public string? AttemptId { get; init; }
}

/// <summary><see cref="OutcomeRules"/> as an activity, so that history remembers what was decided when the rules change.</summary>
[DurableTask]
public sealed class DecideNextStep : TaskActivity<OutcomeToJudge, NextStep>
{
    public override Task<NextStep> RunAsync(TaskActivityContext context, OutcomeToJudge input) =>
        Task.FromResult(OutcomeRules.Decide(input.Outcome, input.Tally, input.Limits, input.Now, PlaceOf(input.AttemptId ?? string.Empty)));

    /// <summary>From 0 to 1, and the same for the same id in each process (FNV-1a).</summary>
    private static double PlaceOf(string attemptId)
    {
        var hash = 2_166_136_261;
        foreach (var character in attemptId)
            hash = unchecked((hash ^ character) * 16_777_619);
        return hash / (double)uint.MaxValue;
    }
}
