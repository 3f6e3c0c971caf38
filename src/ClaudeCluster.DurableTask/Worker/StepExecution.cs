using System.Text.Json;
using ClaudeCluster.DurableTask.Diagnostics;
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
    DurableTaskRegistry registry,
    IServiceProvider services,
    DurableTaskWorkerOptions options,
    VersionRules versions,
    WarmInstances warm,
    TimeProvider time,
    ILoggerFactory logs,
    ILogger logger)
{
    /// <summary>What the step did; null if it is of a version that is left to another worker.</summary>
    public async Task<StepRun?> RunAsync(StepWorkItem item, CancellationToken cancellation)
    {
        var rewinds = item.New.Any(happened => happened is ExecutionRewound);
        if (warm.Take(item) is { } remembered)
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

        Metering.ReplayLength.Record(past.Count);
        if (Refuse(past, item) is { } refusal)
            return versions.Rejects ? null : Fail(item, refusal);
        return rewinds ? await RewindAsync(item, past) : Run(item, NewReplay(item), replay => replay.Run(past, item.New));
    }

    /// <summary>If the step was committed, the code waits where it stands, if it waits at all; otherwise it is forgotten.</summary>
    public async Task EndAsync(StepRun run, Receipt receipt)
    {
        var isOver = run.Completion.Actions is [.., OrchestratorAction.Complete or OrchestratorAction.Fail or OrchestratorAction.ContinueAsNew];
        if (isOver && receipt == Receipt.Accepted && run.Replay?.Beginning is { } beginning)
            Tracing.EndExecution(beginning.Event, run.Replay.InstanceId, beginning.At, run.Completion.Actions[^1], time.GetUtcNow());
        if (run.Replay is { } replay && !isOver && receipt == Receipt.Accepted)
            warm.Keep(run.Completion.Item, replay);
        else if (run.Replay is { } over)
            await DisposeAsync(over);
        await DisposeForgottenAsync();
    }

    /// <summary>The worker ends.</summary>
    public async Task ForgetAllAsync()
    {
        warm.Clear();
        await DisposeForgottenAsync();
    }

    private TaskFailureDetails? Refuse(IReadOnlyList<HistoryEvent> past, StepWorkItem item) =>
        past.Concat(item.New).OfType<ExecutionStarted>().FirstOrDefault() is { } started ? versions.RefuseOrchestrator(started.Name, started.Version) : null;

    private StepRun Run(StepWorkItem item, OrchestrationReplay replay, Func<OrchestrationReplay, StepResult> step)
    {
        try
        {
            var result = step(replay);
            return new StepRun(new StepCompletion(item, result.Actions, result.CustomStatus), replay);
        }
        catch (Exception e)
        {
            return NotRun(item, e, replay);
        }
    }

    private async Task<StepRun> RewindAsync(StepWorkItem item, IReadOnlyList<HistoryEvent> past)
    {
        var trials = new List<OrchestrationReplay>();
        try
        {
            var rewind = new OrchestratorAction.Rewind(Rewinding.Rewind(past, NewTrial));
            return new StepRun(new StepCompletion(item, [rewind], null), null);
        }
        catch (Exception e)
        {
            return NotRun(item, e);
        }
        finally
        {
            foreach (var trial in trials)
                await DisposeAsync(trial);
        }

        OrchestrationReplay NewTrial()
        {
            var trial = NewReplay(item);
            trials.Add(trial);
            return trial;
        }
    }

    private OrchestrationReplay NewReplay(StepWorkItem item) =>
        new(item.InstanceId, started => registry.FindOrchestrator(started, services), options.DataConverter, logs)
        {
            DefaultVersion = versions.DefaultVersion,
            ExceptionProperties = options.ExceptionProperties,
        };

    private async Task DisposeForgottenAsync()
    {
        foreach (var replay in warm.TakeForgotten())
            await DisposeAsync(replay);
    }

    private async Task DisposeAsync(OrchestrationReplay replay)
    {
        try
        {
            await replay.DisposeAsync();
        }
        catch (Exception e)
        {
            // Its step is committed or refused; there is nothing left to fail.
            logger.OrchestratorNotDisposed(replay.InstanceId, e);
        }
    }

    private StepRun NotRun(StepWorkItem item, Exception reason, OrchestrationReplay? replay = null)
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
        return Fail(item, failure) with { Replay = replay };
    }

    private static StepRun Fail(StepWorkItem item, TaskFailureDetails failure) =>
        new(new StepCompletion(item, [new OrchestratorAction.Fail(failure)], null), null);
}

/// <summary>What a step did, and the code as it stands after it.</summary>
internal sealed record StepRun(StepCompletion Completion, OrchestrationReplay? Replay);
