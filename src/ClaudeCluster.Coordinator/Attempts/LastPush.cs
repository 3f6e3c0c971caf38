using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.Coordinator;

/// <summary>
/// PURE. Whether an agent may still push an attempt's branch. A pause, a cancellation and a loss end the attempt first, and its agent hears of it then:
/// what it has written until now is saved. Only its owner's, and only for a short while.
/// </summary>
internal static class LastPush
{
    public static readonly TimeSpan AfterTheEnd = TimeSpan.FromMinutes(10);

    public static bool IsAllowed(InstanceState attempt, AgentId agent, DateTimeOffset now) =>
        !HasEnded(attempt) || (AttemptsApi.OwnerOf(attempt) == agent && now - attempt.LastUpdatedAt < AfterTheEnd);

    private static bool HasEnded(InstanceState attempt) => attempt.Status
        is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}
