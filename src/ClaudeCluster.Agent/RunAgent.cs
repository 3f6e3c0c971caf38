namespace ClaudeCluster.Agent;

/// <summary>The activity that a flow calls an agent by. It may be delivered twice; the claim lets one delivery work.</summary>
/// <param name="stopping">The agent is being stopped.</param>
public sealed class RunAgent(AgentOptions options, AttemptClaim claim, AttemptStory story, IProgress<string>? progress, CancellationToken stopping)
    : TaskActivity<AgentTask, AttemptResult>
{
    public override async Task<AttemptResult> RunAsync(TaskActivityContext context, AgentTask input)
    {
        if (await claim.TakeAsync(input.AttemptId, stopping) is not { } granted)
            return new AttemptResult { Agent = options.AgentId, Outcome = new AttemptOutcome.Withdrawn() };
        var limits = granted.BudgetUsd > 0 ? input.Limits with { Usd = granted.BudgetUsd } : input.Limits;
        return await story.RunAsync(input with { Limits = limits }, progress, stopping);
    }
}
