using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>Flows as the hub has them.</summary>
public static class OpenFlows
{
    private static readonly OrchestrationRuntimeStatus[] Open = [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended];

    /// <summary>What the flow last said of itself; before its first word, what it was started with.</summary>
    public static FlowState? ReadFlow(this OrchestrationMetadata instance) =>
        instance.ReadOutputAs<FlowState>() ?? instance.ReadCustomStatusAs<FlowState>() ?? instance.ReadInputAs<FlowState>();

    /// <summary>All flows of a repository that have not ended.</summary>
    public static async IAsyncEnumerable<FlowState> ReadOpenFlowsAsync(this DurableTaskClient client, long repositoryId)
    {
        var query = new OrchestrationQuery(Statuses: Open, InstanceIdPrefix: string.Create(CultureInfo.InvariantCulture, $"issue-{repositoryId}-"), FetchInputsAndOutputs: true);
        await foreach (var instance in client.GetAllInstancesAsync(query))
        {
            // The attempts of a flow have its id as the beginning of theirs.
            if (instance.Name == nameof(IssueToPullRequest) && instance.ReadFlow() is { } flow)
                yield return flow;
        }
    }
}
