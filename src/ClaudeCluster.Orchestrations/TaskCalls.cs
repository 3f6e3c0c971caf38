namespace ClaudeCluster.Orchestrations;

/// <summary>Typed calls of this library's steps, for its flow and for yours.</summary>
public static class TaskCalls
{
    /// <summary>For steps that talk to GitHub: it may be away for hours, and a bad input does not get better by asking again.</summary>
    private static readonly TaskOptions Patient = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 30, TimeSpan.FromSeconds(2), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(10))
        {
            HandleFailure = failure => !failure.IsCausedBy<BadInputException>() && !failure.IsCausedBy<BranchMovedException>(),
        });

    public static Task<PolicySnapshot> CallReadPolicyAsync(this TaskOrchestrationContext context, RepositoryRef input) =>
        context.CallActivityAsync<PolicySnapshot>(nameof(ReadPolicy), input, Patient);

    public static Task<FlowSearch> CallFindFlowAsync(this TaskOrchestrationContext context, FlowAddress input) =>
        context.CallActivityAsync<FlowSearch>(nameof(FindFlow), input);

    public static Task<EventDecision> CallDecideOnEventAsync(this TaskOrchestrationContext context, EventToJudge input) =>
        context.CallActivityAsync<EventDecision>(nameof(DecideOnEvent), input);

    public static Task<Authorisation> CallAuthoriseAsync(this TaskOrchestrationContext context, AuthoriseInput input) =>
        context.CallActivityAsync<Authorisation>(nameof(Authorise), input);

    public static Task<string> CallStartFlowAsync(this TaskOrchestrationContext context, FlowState input) =>
        context.CallActivityAsync<string>(nameof(StartFlow), input);

    public static Task<string> CallRaiseOnFlowAsync(this TaskOrchestrationContext context, EventForFlow input) =>
        context.CallActivityAsync<string>(nameof(RaiseOnFlow), input);

    public static Task<RoutingDecision> CallRouteIssueAsync(this TaskOrchestrationContext context, RouteIssueInput input) =>
        context.CallActivityAsync<RoutingDecision>(nameof(RouteIssue), input);

    public static Task<CommentId> CallUpdateIssuePageAsync(this TaskOrchestrationContext context, FlowState input) =>
        context.CallActivityAsync<CommentId>(nameof(UpdateIssuePage), input, Patient);

    public static Task<Availability> CallCallForAgentAsync(this TaskOrchestrationContext context, AgentCall input) =>
        context.CallActivityAsync<Availability>(nameof(CallForAgent), input, Patient);

    public static Task<NextStep> CallDecideNextStepAsync(this TaskOrchestrationContext context, OutcomeToJudge input) =>
        context.CallActivityAsync<NextStep>(nameof(DecideNextStep), input);

    public static Task<CommitId> CallPromoteBranchAsync(this TaskOrchestrationContext context, PromoteBranchInput input) =>
        context.CallActivityAsync<CommitId>(nameof(PromoteBranch), input, Patient);

    public static Task<PullRequest> CallOpenPullRequestAsync(this TaskOrchestrationContext context, OpenPullRequestInput input) =>
        context.CallActivityAsync<PullRequest>(nameof(OpenPullRequest), input, Patient);

    public static Task CallDeleteAttemptBranchesAsync(this TaskOrchestrationContext context, DeleteAttemptBranchesInput input) =>
        context.CallActivityAsync(nameof(DeleteAttemptBranches), input, Patient);

    public static Task<AttemptResult> CallAttemptAsync(this TaskOrchestrationContext context, AttemptRequest input, string instanceId) =>
        context.CallSubOrchestratorAsync<AttemptResult>(nameof(Attempt), input, new SubOrchestrationOptions(instanceId: instanceId));

    /// <summary>Shows the flow as it stands: custom status, the issue's comment and its status label.</summary>
    public static async Task<FlowState> ShowAsync(this FlowState flow, TaskOrchestrationContext context)
    {
        context.SetCustomStatus(flow);
        flow = flow with { Comment = await context.CallUpdateIssuePageAsync(flow) };
        context.SetCustomStatus(flow);
        return flow;
    }
}
