namespace ClaudeCluster.Orchestrations;

public sealed record OutcomeToJudge(AttemptOutcome Outcome, AttemptTally Tally, AttemptLimits Limits, DateTimeOffset Now);

/// <summary><see cref="OutcomeRules"/> as an activity, so that history remembers what was decided when the rules change.</summary>
[DurableTask]
public sealed class DecideNextStep : TaskActivity<OutcomeToJudge, NextStep>
{
    public override Task<NextStep> RunAsync(TaskActivityContext context, OutcomeToJudge input) =>
        Task.FromResult(OutcomeRules.Decide(input.Outcome, input.Tally, input.Limits, input.Now));
}
