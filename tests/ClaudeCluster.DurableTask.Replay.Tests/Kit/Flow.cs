using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Replay.Tests.Kit;

/// <summary>
/// An orchestration without a hub: each step is run by the pure parts alone, one minute after the other, and its commit is taken for
/// granted. Each is run twice, warm and from history, and both must ask for the same.
/// </summary>
internal sealed class Flow
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly Code _code;
    private readonly OrchestrationReplay _warm;
    private readonly TaskVersion _defaultVersion;

    private Flow(Code code, ExecutionStarted started, TaskVersion defaultVersion)
    {
        _code = code;
        _defaultVersion = defaultVersion;
        _warm = Replays.Of(code, defaultVersion: defaultVersion);
        State = new InstanceState("instance", started.ExecutionId, started.Name) { CreatedAt = Noon, LastUpdatedAt = Noon };
        Last = Step(started);
    }

    public InstanceState State { get; private set; }

    public List<HistoryEvent> History { get; } = [];

    /// <summary>What the latest step committed.</summary>
    public CommitBatch Last { get; private set; }

    public IReadOnlyList<OrchestratorAction> Actions { get; private set; } = [];

    /// <summary>The instant of the next step.</summary>
    public DateTimeOffset Now { get; private set; } = Noon;

    public static ExecutionStarted Start => new("execution", "Flow", string.Empty, null);

    public static Flow Begin(Code code, ExecutionStarted? started = null, TaskVersion defaultVersion = default) => new(code, started ?? Start, defaultVersion);

    /// <summary>Gives the code these answers and events.</summary>
    public CommitBatch Step(params HistoryEvent[] events)
    {
        HistoryEvent[] received = [new OrchestratorStarted { Timestamp = Now }, .. events.Select(happened => happened with { Timestamp = Now })];
        var batch = Commit(received, _warm.Step(received));
        var cold = Commit(received, Replays.Of(_code, defaultVersion: _defaultVersion).Run(History, received));
        Assert.Equal(HistoryJson.Write(batch.History), HistoryJson.Write(cold.History));
        Assert.Equal(batch.Instance, cold.Instance);
        State = batch.Instance!;
        History.AddRange(batch.History);
        Now = Now.AddMinutes(1);
        return Last = batch;
    }

    /// <summary>Lets the time pass until then.</summary>
    public Flow Wait(TimeSpan time)
    {
        Now += time - TimeSpan.FromMinutes(1);
        return this;
    }

    /// <summary>What the code returned.</summary>
    public string? Output()
    {
        Assert.Equal(OrchestrationRuntimeStatus.Completed, State.Status);
        return JsonDataConverter.Default.Deserialize<string>(State.Output);
    }

    /// <summary>Why the code failed.</summary>
    public TaskFailureDetails Failure()
    {
        Assert.Equal(OrchestrationRuntimeStatus.Failed, State.Status);
        return State.Failure!;
    }

    private CommitBatch Commit(HistoryEvent[] received, StepResult result)
    {
        Actions = result.Actions;
        return Transition.OfStep(Claims.Of(State), received, new StepCompletion(null!, result.Actions, result.CustomStatus), Now, new CountedIds());
    }
}

/// <summary>Steps as a store would hand them out.</summary>
internal static class Claims
{
    public static ClaimedStep Of(InstanceState state, params InboxMessage[] messages) =>
        new(new StepLease(state.InstanceId, "token", "worker", Flow.Noon.AddMinutes(1), 1, state), messages);
}

/// <summary>Ids that count from 1.</summary>
internal sealed class CountedIds : IIdSource
{
    private int _ids;

    public string NewId() => $"id-{++_ids}";

    public string NewToken() => $"token-{++_ids}";
}
