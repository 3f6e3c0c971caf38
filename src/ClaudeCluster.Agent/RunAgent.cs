using ClaudeCluster.DurableTask.Worker;

namespace ClaudeCluster.Agent;

/// <summary>The activity that a flow calls an agent by. It may be delivered twice; the claim lets one delivery work.</summary>
public sealed class RunAgent(AgentOptions options, AttemptClaim claim, AttemptStory story, IProgress<string>? progress)
    : TaskActivity<AgentTask, AttemptResult>
{
    public override async Task<AttemptResult> RunAsync(TaskActivityContext context, AgentTask input)
    {
        var stopping = context.GetStoppingToken();
        if (await claim.TakeAsync(input.AttemptId, stopping) is not { } granted)
            return new AttemptResult { Agent = options.AgentId, Outcome = new AttemptOutcome.Withdrawn() };
        var limits = granted.BudgetUsd > 0 ? input.Limits with { Usd = granted.BudgetUsd } : input.Limits;
        return await story.RunAsync(input with { Limits = limits }, progress, stopping);
    }
}
