using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Simulation.Bugs;

/// <summary>Remembers code, but not how far it had come.</summary>
internal sealed class StaleInstances() : WarmInstances(0)
{
    private readonly Dictionary<string, OrchestrationReplay> _byExecution = new(StringComparer.Ordinal);

    public override OrchestrationReplay? Take(StepWorkItem item) => _byExecution.Remove(item.ExecutionId, out var replay) ? replay : null;

    public override void Keep(StepWorkItem item, OrchestrationReplay replay) => _byExecution[item.ExecutionId] = replay;
}
