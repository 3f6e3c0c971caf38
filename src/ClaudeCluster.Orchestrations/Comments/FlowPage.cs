namespace ClaudeCluster.Orchestrations;

/// <summary>What people see of a flow.</summary>
public static class FlowPage
{
    /// <summary>Shows the flow as it stands: custom status, the issue's comment and its status label. A page that cannot be written stops no work.</summary>
    public static async Task<FlowState> ShowAsync(this FlowState flow, TaskOrchestrationContext context)
    {
        context.SetCustomStatus(flow);
        var written = context.CallUpdateIssuePageAsync(flow);
        flow = await Patience.ProblemOf(written) is { } problem
            ? flow with { PageProblem = problem }
            : flow with { Comment = await written, PageProblem = null };
        context.SetCustomStatus(flow);
        return flow;
    }

    /// <summary>How a step is called for which the flow waits: that GitHub makes it wait long is shown once, if the page can be written; what is shown next takes it back.</summary>
    public static TaskOptions WaitsVisibly(this FlowState flow, TaskOrchestrationContext context) => Patience.Telling(async (problem, until) =>
    {
        var waiting = flow with { WaitsFor = $"GitHub, which said: {problem.TrimEnd('.')}", WaitsUntil = until };
        context.SetCustomStatus(waiting);
        await Patience.ProblemOf(context.CallUpdateIssuePageAsync(waiting, Patience.Once));
    });
}
