namespace ClaudeCluster.Orchestrations;

/// <summary>What people see of a flow.</summary>
public static class FlowPage
{
    /// <summary>Shows the flow as it stands: custom status, the issue's comment and its status label.</summary>
    public static async Task<FlowState> ShowAsync(this FlowState flow, TaskOrchestrationContext context)
    {
        context.SetCustomStatus(flow);
        flow = flow with { Comment = await context.CallUpdateIssuePageAsync(flow) };
        context.SetCustomStatus(flow);
        return flow;
    }
}
