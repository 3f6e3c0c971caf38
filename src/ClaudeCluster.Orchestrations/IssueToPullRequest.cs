namespace ClaudeCluster.Orchestrations;

/// <summary>
/// THE FLOW: from an issue that somebody with the right to do so asked to be worked on, to its pull request. Each line of
/// <see cref="RunAsync"/> is a step; each step's folder has its record, its activity and its port.
/// <para>
/// To compose a flow of your own, derive from this class and override a step (<see cref="BeforePullRequestAsync"/> is empty
/// for that purpose), or call the same steps from an orchestrator of yours: they are the public activities of this library.
/// </para>
/// </summary>
[DurableTask]
public class IssueToPullRequest : TaskOrchestrator<FlowState, FlowState>
{
    public sealed override async Task<FlowState> RunAsync(TaskOrchestrationContext context, FlowState input)
    {
        var flow = await RouteAsync(context, input);
        flow = await AcknowledgeAsync(context, flow);
        flow = await WorkAsync(context, flow);
        flow = await BeforePullRequestAsync(context, flow);
        flow = await PromoteAsync(context, flow);
        flow = await OpenPullRequestAsync(context, flow);
        flow = await TellAsync(context, flow);
        return flow;
    }

    /// <summary>Which specialty, and why.</summary>
    protected virtual async Task<FlowState> RouteAsync(TaskOrchestrationContext context, FlowState flow)
    {
        var routing = await context.CallRouteIssueAsync(new(flow.Issue, flow.Policy));
        return routing.Specialty is null
            ? flow with { Routing = routing, Phase = FlowPhase.Failed, EndReason = string.Join(" ", routing.Reasons) }
            : flow with { Routing = routing, Phase = FlowPhase.Working };
    }

    /// <summary>One comment and one status label: people see that the issue is taken.</summary>
    protected virtual Task<FlowState> AcknowledgeAsync(TaskOrchestrationContext context, FlowState flow) => flow.ShowAsync(context);

    /// <summary>Attempts until one is accepted, or a person is needed.</summary>
    protected virtual async Task<FlowState> WorkAsync(TaskOrchestrationContext context, FlowState flow) =>
        flow.HasEnded ? flow : await WorkOnTask.RunAsync(context, flow);

    /// <summary>Yours: a step between the accepted work and the pull request. Set <see cref="FlowPhase.NeedsHuman"/> or <see cref="FlowPhase.Failed"/> to stop here.</summary>
    protected virtual Task<FlowState> BeforePullRequestAsync(TaskOrchestrationContext context, FlowState flow) => Task.FromResult(flow);

    /// <summary>The agent proposed a commit on a branch of its attempt; only this step moves the pull request branch.</summary>
    protected virtual async Task<FlowState> PromoteAsync(TaskOrchestrationContext context, FlowState flow)
    {
        if (flow.HasEnded || flow.Accepted?.Commit is not { } commit)
            return flow;
        try
        {
            await context.CallPromoteBranchAsync(new(flow.Repository, new Promotion(flow.Branch, Before: null, commit, flow.Attempts[^1].Branch)));
            return flow;
        }
        catch (TaskFailedException moved) when (moved.IsCausedByException<BranchMovedException>())
        {
            return flow with { Phase = FlowPhase.NeedsHuman, Question = moved.FailureDetails.ErrorMessage };
        }
    }

    /// <summary>Opened, or adopted if a crash left it open already.</summary>
    protected virtual async Task<FlowState> OpenPullRequestAsync(TaskOrchestrationContext context, FlowState flow)
    {
        if (flow.HasEnded)
            return flow;
        var pullRequest = await context.CallOpenPullRequestAsync(flow);
        return flow with { Phase = FlowPhase.Review, PullRequest = pullRequest };
    }

    /// <summary>The comment gets its link or its question; the attempts' own branches go.</summary>
    protected virtual async Task<FlowState> TellAsync(TaskOrchestrationContext context, FlowState flow)
    {
        flow = await flow.ShowAsync(context);
        if (flow.PullRequest is not null)
            await context.CallDeleteAttemptBranchesAsync(flow);
        return flow;
    }
}
