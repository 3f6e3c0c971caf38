namespace ClaudeCluster.Orchestrations;

/// <summary>Registers the flow and its steps with a worker.</summary>
public static class FlowRegistration
{
    /// <summary>The flow as it comes.</summary>
    public static DurableTaskRegistry AddIssueToPullRequest(this DurableTaskRegistry registry) => registry.AddIssueToPullRequest<IssueToPullRequest>();

    /// <summary>
    /// A flow of your own under the same name. The worker's services must hold the ports (<see cref="IRoles"/>,
    /// <see cref="IRepositoryFiles"/>, <see cref="IIssuePage"/>, <see cref="IPullRequests"/>, <see cref="IFleet"/>) and a
    /// <see cref="DurableTaskClient"/>; where events are delivered that follow the first, also <see cref="IFeedback"/> and a <see cref="TimeProvider"/>. Agents register their own activity, see <see cref="AgentAddress"/>.
    /// </summary>
    public static DurableTaskRegistry AddIssueToPullRequest<TFlow>(this DurableTaskRegistry registry)
        where TFlow : IssueToPullRequest => registry
            .AddOrchestrator<ReceiveEvent>()
            .AddOrchestrator<TFlow>(nameof(IssueToPullRequest))
            .AddOrchestrator<Attempt>()
            .AddActivity<ReadPolicy>()
            .AddActivity<FindFlow>()
            .AddActivity<DecideOnEvent>()
            .AddActivity<Authorise>()
            .AddActivity<StartFlow>()
            .AddActivity<RaiseOnFlow>()
            .AddActivity<RouteIssue>()
            .AddActivity<UpdateIssuePage>()
            .AddActivity<CallForAgent>()
            .AddActivity<TellFlows>()
            .AddActivity<WasHeard>()
            .AddActivity<ReactToCommand>()
            .AddActivity<HearNews>()
            .AddActivity<AnswerCommand>()
            .AddActivity<AnswerFeedback>()
            .AddActivity<CancelAttempt>()
            .AddActivity<DecideNextStep>()
            .AddActivity<PromoteBranch>()
            .AddActivity<OpenPullRequest>()
            .AddActivity<DeleteAttemptBranches>();
}
