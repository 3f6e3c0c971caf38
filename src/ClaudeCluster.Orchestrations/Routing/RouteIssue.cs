namespace ClaudeCluster.Orchestrations;

public sealed record RouteIssueInput(IssueSnapshot Issue, RepositoryPolicy Policy);

/// <summary>Decides where an issue goes. Pure, and an activity all the same: history keeps the decision when the rules change.</summary>
[DurableTask]
public sealed class RouteIssue : TaskActivity<RouteIssueInput, RoutingDecision>
{
    public override Task<RoutingDecision> RunAsync(TaskActivityContext context, RouteIssueInput input) =>
        Task.FromResult(RoutingRules.Decide(input.Issue, input.Policy));
}
