using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Storage;

namespace ClaudeCluster.DurableTask.Hub;

/// <summary>The history of the execution that is current, whichever that is.</summary>
internal static class CurrentHistory
{
    /// <exception cref="OrchestrationNotFoundException">There is no such instance.</exception>
    public static async Task<IReadOnlyList<HistoryEvent>> ReadCurrentAsync(
        this ITaskHubReader reader, string instanceId, string? executionId, CancellationToken cancellation)
    {
        while (true)
        {
            var state = await reader.ReadInstanceAsync(instanceId, cancellation) ?? throw new OrchestrationNotFoundException(instanceId);
            var history = await reader.ReadHistoryAsync(instanceId, executionId ?? state.ExecutionId, cancellation);
            // Nothing may mean that it began again between the two reads.
            if (history.Count > 0 || executionId is not null || (await reader.ReadInstanceAsync(instanceId, cancellation))?.ExecutionId == state.ExecutionId)
                return history;
        }
    }
}
