using ClaudeCluster.DurableTask.History;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Replay;

/// <summary>
/// Runs stored histories against the code at hand, before that code is deployed: whatever is open in a hub must still find its way. Runs
/// orchestrator code, and no activity.
/// </summary>
public sealed class ReplayCheck(DurableTaskRegistry registry, IServiceProvider services, DataConverter? converter = null)
{
    /// <summary>What the code at hand makes of this history.</summary>
    public ReplayVerdict Run(string instanceId, IReadOnlyList<HistoryEvent> history)
    {
        if (history.OfType<ExecutionStarted>().FirstOrDefault() is not { } started)
            return new ReplayVerdict(instanceId, string.Empty, history.Count, ReplayOutcome.NotReplayable, $"It does not begin with {nameof(ExecutionStarted)}.");
        if (!registry.Orchestrators.Contains(started.Name))
            return new ReplayVerdict(instanceId, started.Name, history.Count, ReplayOutcome.NoCode, $"There is no orchestrator named '{started.Name}'.");
        if (registry.LacksOrchestratorVersion(started.Name, started.Version))
        {
            var lacks = $"There is an orchestrator named '{started.Name}', but not of version '{started.Version}'.";
            return new ReplayVerdict(instanceId, started.Name, history.Count, ReplayOutcome.NoCode, lacks);
        }

        try
        {
            var replay = new OrchestrationReplay(
                instanceId, name => registry.FindOrchestrator(name, services), converter ?? JsonDataConverter.Default, NullLoggerFactory.Instance);
            return replay.Replay(history) is { } difference
                ? new ReplayVerdict(instanceId, started.Name, history.Count, ReplayOutcome.Differs, difference.Describe(started.Name))
                : new ReplayVerdict(instanceId, started.Name, history.Count, ReplayOutcome.Same, null);
        }
        catch (Exception e)
        {
            return new ReplayVerdict(instanceId, started.Name, history.Count, ReplayOutcome.NotReplayable, e.Message);
        }
    }
}

/// <summary>What the code at hand makes of a history.</summary>
/// <param name="InstanceId">Whose history it is.</param>
/// <param name="Orchestrator">The name of its code; empty if the history does not say.</param>
/// <param name="Events">How many events it has.</param>
/// <param name="Outcome">Whether the code goes the same way.</param>
/// <param name="Difference">The first difference in words; null if there is none.</param>
public sealed record ReplayVerdict(string InstanceId, string Orchestrator, int Events, ReplayOutcome Outcome, string? Difference);

/// <summary>How a replay ended.</summary>
public enum ReplayOutcome
{
    /// <summary>The code does what the history says.</summary>
    Same,

    /// <summary>The code asks for something else.</summary>
    Differs,

    /// <summary>Nothing is registered under the orchestrator's name.</summary>
    NoCode,

    /// <summary>It is no history of an orchestration, or running it failed.</summary>
    NotReplayable,
}
