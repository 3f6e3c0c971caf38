namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. What somebody does to an issue that stops the work on it, and why.</summary>
public static class StopRules
{
    /// <returns>Null: the work goes on.</returns>
    public static string? Decide(IssueEvent happened, RepositoryPolicy policy) => happened switch
    {
        IssueEvent.Closed => $"'{happened.Sender.Login}' closed the issue",
        IssueEvent.Unlabeled taken when Same(taken.Label, policy.Labels.Trigger) => $"'{happened.Sender.Login}' took the label '{taken.Label}' away",
        IssueEvent.Labeled set when policy.Labels.Exclude.Any(exclude => Same(exclude, set.Label)) => $"'{happened.Sender.Login}' set the label '{set.Label}'",
        _ => null,
    };

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}

public sealed record EventInFlow(IssueEvent Event, RepositoryPolicy Policy);

/// <param name="Why">Null: the work goes on.</param>
public sealed record StopDecision(string? Why);

/// <summary><see cref="StopRules"/> as an activity, so that history remembers what was decided when the rules change.</summary>
[DurableTask]
public sealed class DecideToStop : TaskActivity<EventInFlow, StopDecision>
{
    public override Task<StopDecision> RunAsync(TaskActivityContext context, EventInFlow input) =>
        Task.FromResult(new StopDecision(StopRules.Decide(input.Event, input.Policy)));
}
