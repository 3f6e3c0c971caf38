namespace ClaudeCluster.Orchestrations;

/// <summary>
/// THE FLOW: from an issue that somebody with the right to do so asked to be worked on, to its merged pull request. Each line of
/// <see cref="RunAsync"/> is a step; each step's folder has its record, its activity and its port.
/// <code>
///   route ─ acknowledge ─► work ─ promote ─ pull request ─ tell ─► rest ──merged, closed, cancelled──► end
///                            ▲                                       │
///                            └── checks failed, review, conflict, ◄──┘ as a new execution: a rest of weeks has a short history
///                                a person's command
/// </code>
/// Where nothing more is heard (a run on one machine), the flow ends at its first rest.
/// <para>
/// To compose a flow of your own, derive from this class and override a step (<see cref="BeforePullRequestAsync"/> is empty
/// for that purpose), or call the same steps from an orchestrator of yours: they are the public activities of this library.
/// </para>
/// </summary>
[DurableTask]
public class IssueToPullRequest : TaskOrchestrator<FlowState, FlowState>
{
    private FlowInbox? _inbox;

    public sealed override async Task<FlowState> RunAsync(TaskOrchestrationContext context, FlowState input)
    {
        var flow = input;
        _inbox = new FlowInbox(context);
        if (flow.Phase == FlowPhase.Queued)
            flow = await AcknowledgeAsync(context, await RouteAsync(context, flow));
        do
        {
            if (flow.IsAtRest && !flow.IsOver)
                flow = await _inbox.HearNextAsync(flow);
            if (flow.IsAtRest && !flow.IsOver)
                continue;
            flow = await WorkAsync(context, flow);
            flow = await BeforePullRequestAsync(context, flow);
            flow = await PromoteAsync(context, flow);
            flow = await OpenPullRequestAsync(context, flow);
            flow = FollowGuidance(context, flow);
            flow = await TellAsync(context, flow);
        }
        while (_inbox.HasNews && !flow.IsOver);
        if (!flow.IsOver)
            context.ContinueAsNew(flow);
        return flow;
    }

    /// <summary>Which specialty, and why.</summary>
    protected virtual async Task<FlowState> RouteAsync(TaskOrchestrationContext context, FlowState flow)
    {
        if (flow.PolicyProblem is { } problem)
            return flow with { Phase = FlowPhase.Failed, EndReason = $"The policy file cannot be used, so nothing was begun. Mend it on {flow.Repository.DefaultBranch}, then set the label again.\n{problem}" };
        var routing = await context.CallRouteIssueAsync(new(flow.Issue, flow.Policy));
        if (routing.Specialty is null)
            return flow with { Routing = routing, Phase = FlowPhase.Failed, EndReason = string.Join(" ", routing.Reasons) };
        flow = flow with { Routing = routing, Phase = FlowPhase.Working };
        return flow.Policy.NeedsApproval && flow.StaysOpen ? flow.AskForApproval() : flow;
    }

    /// <summary>One comment and one status label: people see that the issue is taken.</summary>
    protected virtual async Task<FlowState> AcknowledgeAsync(TaskOrchestrationContext context, FlowState flow)
    {
        flow = await flow.ShowAsync(context);
        return flow.PageProblem is { } problem ? flow with { Phase = FlowPhase.Failed, EndReason = $"The issue's page cannot be written: {problem}" } : flow;
    }

    /// <summary>Attempts until one is accepted, or a person is needed.</summary>
    protected virtual async Task<FlowState> WorkAsync(TaskOrchestrationContext context, FlowState flow) =>
        flow.Phase == FlowPhase.Working ? await WorkOnTask.RunAsync(context, _inbox!, flow) : flow;

    /// <summary>Yours: a step between the accepted work and the pull request. Set <see cref="FlowPhase.NeedsHuman"/> or <see cref="FlowPhase.Failed"/> to stop here.</summary>
    protected virtual Task<FlowState> BeforePullRequestAsync(TaskOrchestrationContext context, FlowState flow) => Task.FromResult(flow);

    /// <summary>The agent proposed a commit on a branch of its attempt; only this step moves the pull request branch.</summary>
    protected virtual async Task<FlowState> PromoteAsync(TaskOrchestrationContext context, FlowState flow)
    {
        if (flow.Phase != FlowPhase.Working || flow.Accepted?.Commit is not { } commit)
            return flow;
        var promoted = context.CallPromoteBranchAsync(new(flow.Repository, new Promotion(flow.Branch, flow.Head, commit, flow.Attempts[^1].Branch)), flow.WaitsVisibly(context));
        return await Patience.ProblemOf(promoted) is { } problem
            ? flow with { Phase = FlowPhase.NeedsHuman, Question = problem }
            : flow with { Head = commit };
    }

    /// <summary>Opened, or adopted if a crash left it open already; after a round of feedback, written anew and answered.</summary>
    protected virtual async Task<FlowState> OpenPullRequestAsync(TaskOrchestrationContext context, FlowState flow)
    {
        if (flow.Phase != FlowPhase.Working || flow.Accepted is null)
            return flow;
        if (flow.PullRequest is not null)
        {
            await Patience.ProblemOf(context.CallAnswerFeedbackAsync(flow, flow.WaitsVisibly(context)));
            return flow with { Phase = FlowPhase.Review };
        }

        var opened = context.CallOpenPullRequestAsync(flow, flow.WaitsVisibly(context));
        return await Patience.ProblemOf(opened) is { } problem
            ? flow with { Phase = FlowPhase.NeedsHuman, Question = problem }
            : flow with { Phase = FlowPhase.Review, PullRequest = await opened };
    }

    /// <summary>What people said while the accepted work was made is work of its own: nobody knows whether its coder heard it.</summary>
    private static FlowState FollowGuidance(TaskOrchestrationContext context, FlowState flow) => flow is { Phase: FlowPhase.Review, HasUnheardGuidance: true }
        ? flow.Begin(FeedbackRound.OfGuidance(context.CurrentUtcDateTime) with { MayBeDone = true })
        : flow;

    /// <summary>The comment gets its link or its question; branches that nobody needs any more go.</summary>
    protected virtual async Task<FlowState> TellAsync(TaskOrchestrationContext context, FlowState flow)
    {
        flow = await flow.ShowAsync(context);
        if (flow.PullRequest is null || !flow.HasBranchesToDelete)
            return flow;
        await Patience.ProblemOf(context.CallDeleteAttemptBranchesAsync(flow));
        return flow with { BranchesDeleted = flow.Attempts.Count };
    }
}
