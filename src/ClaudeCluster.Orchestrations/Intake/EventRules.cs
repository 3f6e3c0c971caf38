using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>What an event means for an issue's flow: a closed family.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "decision")]
[JsonDerivedType(typeof(Start), "start")]
[JsonDerivedType(typeof(Raise), "raise")]
[JsonDerivedType(typeof(Ignore), "ignore")]
public abstract record EventDecision
{
    private EventDecision()
    {
    }

    /// <summary>A flow begins.</summary>
    public sealed record Start(string Why) : EventDecision;

    /// <summary>The open flow is told.</summary>
    public sealed record Raise(string What) : EventDecision;

    public sealed record Ignore(string Why) : EventDecision;
}

/// <summary>PURE. Start, raise or ignore, and why. Who may do so is asked separately, by <see cref="Authorise"/>.</summary>
public static class EventRules
{
    /// <param name="isFlowOpen">A flow of this issue has not ended.</param>
    public static EventDecision Decide(IssueEvent issueEvent, RepositoryPolicy policy, bool isFlowOpen)
    {
        if (issueEvent.Issue.IsPullRequest)
            return new EventDecision.Ignore($"#{issueEvent.Issue.Number} is a pull request");
        if (issueEvent is IssueEvent.Other other)
            return new EventDecision.Ignore($"'{other.Action}' changes nothing for a flow");
        return isFlowOpen ? ForOpenFlow(issueEvent, policy) : ForNoFlow(issueEvent, policy);
    }

    private static EventDecision ForOpenFlow(IssueEvent issueEvent, RepositoryPolicy policy) => issueEvent switch
    {
        IssueEvent.Closed => new EventDecision.Raise("the issue was closed"),
        IssueEvent.Labeled set when Excludes(policy, set.Label) => new EventDecision.Raise($"the label '{set.Label}' was set"),
        _ when ExcludedBy(issueEvent, policy) is { } label => new EventDecision.Ignore($"the label '{label}' keeps the cluster away"),
        IssueEvent.Labeled set when MeansSomething(policy, set.Label) => new EventDecision.Raise($"the label '{set.Label}' was set"),
        IssueEvent.Unlabeled taken when MeansSomething(policy, taken.Label) => new EventDecision.Raise($"the label '{taken.Label}' was taken away"),
        IssueEvent.Labeled { Label: var label } => new EventDecision.Ignore($"the label '{label}' means nothing to a flow"),
        IssueEvent.Unlabeled { Label: var label } => new EventDecision.Ignore($"the label '{label}' means nothing to a flow"),
        IssueEvent.Edited => new EventDecision.Raise("the issue's text was edited"),
        IssueEvent.Reopened => new EventDecision.Raise("the issue was opened again"),
        _ => new EventDecision.Ignore("the issue's flow is open already"),
    };

    private static EventDecision ForNoFlow(IssueEvent issueEvent, RepositoryPolicy policy)
    {
        var trigger = policy.Labels.Trigger;
        var why = issueEvent switch
        {
            IssueEvent.Labeled set when Same(set.Label, trigger) => $"the label '{trigger}' was set",
            IssueEvent.Opened when issueEvent.Issue.Labels.Any(label => Same(label, trigger)) => $"the issue was opened with the label '{trigger}'",
            _ => null,
        };
        if (why is null)
            return new EventDecision.Ignore($"no flow is open, and only the label '{trigger}' starts one");
        if (!issueEvent.Issue.IsOpen)
            return new EventDecision.Ignore("the issue is closed");
        if (ExcludedBy(issueEvent, policy) is { } excluded)
            return new EventDecision.Ignore($"the label '{excluded}' keeps the cluster away");
        return new EventDecision.Start(why);
    }

    private static string? ExcludedBy(IssueEvent issueEvent, RepositoryPolicy policy) =>
        policy.Labels.Exclude.FirstOrDefault(exclude => issueEvent.Issue.Labels.Any(label => Same(label, exclude)));

    private static bool Excludes(RepositoryPolicy policy, string label) => policy.Labels.Exclude.Any(exclude => Same(exclude, label));

    private static bool MeansSomething(RepositoryPolicy policy, string label)
    {
        var labels = policy.Labels;
        return Same(label, labels.Trigger) || Same(label, labels.PriorityHigh) || Same(label, labels.PriorityLow) || Excludes(policy, label)
            || policy.Specialties.Any(specialty => Same(specialty.Label, label));
    }

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
}
