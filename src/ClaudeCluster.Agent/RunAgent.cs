using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Agent;

/// <summary>The activity that a flow calls an agent by. It may be delivered twice; the claim lets one delivery work.</summary>
public sealed class RunAgent(AgentOptions options, DurableTaskClient client, AttemptStory story, IAttemptDesk desk, TimeProvider time, ILogger logger)
    : TaskActivity<AgentTask, AttemptResult>
{
    private readonly AttemptClaim _claim = new(client, options, time);

    public override async Task<AttemptResult> RunAsync(TaskActivityContext context, AgentTask input)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.GetStoppingToken(), desk.AtOnce);
        // A worker that is told to stop gives back what it has not begun.
        using var place = await TakePlaceAsync(context.GetStoppingToken(), stop.Token);
        if (place is null || await _claim.TakeAsync(input.AttemptId, stop.Token) is not { } granted)
            return new AttemptResult { Agent = options.AgentId, Outcome = new AttemptOutcome.Withdrawn() };
        var limits = granted.BudgetUsd > 0 ? input.Limits with { Usd = granted.BudgetUsd } : input.Limits;
        return await WorkAsync(input with { Limits = options.Caps.Apply(limits) }, stop.Token);
    }

    private async Task<AttemptResult> WorkAsync(AgentTask task, CancellationToken stop)
    {
        await using var watch = AttemptWatch.Start(client, task.AttemptId, time, logger);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, watch.Ended);
        await using var listener = desk.Begin(task);
        var result = await story.RunAsync(task, listener, end.Token);
        // Whoever ended the attempt does not want the result; it is told to people all the same.
        if (result.Outcome is AttemptOutcome.HandedBack or AttemptOutcome.Withdrawn && watch.Outcome is { } outcome)
            result = result with { Outcome = outcome };
        listener.End(result);
        return result;
    }

    private async Task<IDisposable?> TakePlaceAsync(CancellationToken stopping, CancellationToken stop)
    {
        try
        {
            return await desk.TakePlaceAsync(stop);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return null;
        }
    }
}
