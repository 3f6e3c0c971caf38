using System.Text.Json;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Worker;

/// <summary>
/// One step: the code is brought to where it stood, given what is new, and what it asks for is the completion. A step that cannot be run
/// fails its orchestration and says why. Only a hub that cannot be read makes this throw: that is not the orchestration's fault.
/// </summary>
internal sealed class StepExecution(
    DurableTaskRegistry registry, IServiceProvider services, DataConverter converter, WarmInstances warm, ILoggerFactory logs, ILogger logger)
{
    public async Task<StepRun> RunAsync(StepWorkItem item, CancellationToken cancellation)
    {
        var rewinds = item.New.Any(happened => happened is ExecutionRewound);
        if (warm.Take(item) is { } remembered && !rewinds)
            return Run(item, remembered, replay => replay.Step(item.New));
        IReadOnlyList<HistoryEvent> past;
        try
        {
            past = await item.Past.ReadAsync(cancellation);
        }
        catch (JsonException e)
        {
            return NotRun(item, e);
        }

        return rewinds ? Rewind(item, past) : Run(item, NewReplay(item), replay => replay.Run(past, item.New));
    }

    /// <summary>The step was committed: the code waits where it stands, if it waits at all.</summary>
    public void Committed(StepRun run)
    {
        var isOver = run.Completion.Actions is [.., OrchestratorAction.Complete or OrchestratorAction.Fail or OrchestratorAction.ContinueAsNew];
        if (run.Replay is { } replay && !isOver)
            warm.Keep(run.Completion.Item, replay);
    }

    private StepRun Run(StepWorkItem item, OrchestrationReplay replay, Func<OrchestrationReplay, StepResult> step)
    {
        try
        {
            var result = step(replay);
            return new StepRun(new StepCompletion(item, result.Actions, result.CustomStatus), replay);
        }
        catch (Exception e)
        {
            return NotRun(item, e);
        }
    }

    private StepRun Rewind(StepWorkItem item, IReadOnlyList<HistoryEvent> past)
    {
        try
        {
            var rewind = new OrchestratorAction.Rewind(Rewinding.Rewind(past, () => NewReplay(item)));
            return new StepRun(new StepCompletion(item, [rewind], null), null);
        }
        catch (Exception e)
        {
            return NotRun(item, e);
        }
    }

    private OrchestrationReplay NewReplay(StepWorkItem item) => new(item.InstanceId, name => registry.FindOrchestrator(name, services), converter, logs);

    private StepRun NotRun(StepWorkItem item, Exception reason)
    {
        logger.StepNotRun(item.InstanceId, reason);
        var failure = new TaskFailureDetails(
            FailureTypes.NotReplayable,
            $"The history of '{item.InstanceId}' cannot be replayed: {reason.Message}",
            null,
            TaskFailureDetails.FromException(reason))
        {
            IsNonRetriable = true,
        };
        return new StepRun(new StepCompletion(item, [new OrchestratorAction.Fail(failure)], null), null);
    }
}

/// <summary>What a step did, and the code as it stands after it.</summary>
internal sealed record StepRun(StepCompletion Completion, OrchestrationReplay? Replay);
