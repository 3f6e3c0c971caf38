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
    DurableTaskRegistry registry, IServiceProvider services, DataConverter converter, ILoggerFactory logs, ILogger logger)
{
    public async Task<StepCompletion> RunAsync(StepWorkItem item, CancellationToken cancellation)
    {
        IReadOnlyList<HistoryEvent> past;
        try
        {
            past = await item.Past.ReadAsync(cancellation);
        }
        catch (JsonException e)
        {
            return NotRun(item, e);
        }

        return Run(item, past);
    }

    private StepCompletion Run(StepWorkItem item, IReadOnlyList<HistoryEvent> past)
    {
        try
        {
            var replay = new OrchestrationReplay(item.InstanceId, name => registry.FindOrchestrator(name, services), converter, logs);
            var result = replay.Run(past, item.New);
            return new StepCompletion(item, result.Actions, result.CustomStatus);
        }
        catch (Exception e)
        {
            return NotRun(item, e);
        }
    }

    private StepCompletion NotRun(StepWorkItem item, Exception reason)
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
        return new StepCompletion(item, [new OrchestratorAction.Fail(failure)], null);
    }
}
