using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Worker;

/// <summary>One step: the code is brought to where it stood, given what is new, and what it asks for is the completion.</summary>
internal sealed class StepExecution(DurableTaskRegistry registry, IServiceProvider services, DataConverter converter, ILoggerFactory logs)
{
    public async Task<StepCompletion> RunAsync(StepWorkItem item, CancellationToken cancellation)
    {
        var past = await item.Past.ReadAsync(cancellation);
        var replay = new OrchestrationReplay(item.InstanceId, name => registry.FindOrchestrator(name, services), converter, logs);
        var result = replay.Run(past, item.New);
        return new StepCompletion(item, result.Actions, result.CustomStatus);
    }
}
