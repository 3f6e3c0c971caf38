namespace ClaudeCluster.GitHub;

/// <summary>PURE. The labels that mean something to the cluster in a repository, by its policy.</summary>
public static class PolicyLabels
{
    /// <summary>Source: GitHub's API, "maximum is 100 characters".</summary>
    private const int LongestDescription = 100;

    /// <summary>Each name once, whatever its case: the first that asks for it gives the colour.</summary>
    public static IReadOnlyList<LabelDefinition> Of(RepositoryPolicy policy) =>
        [.. All(policy).Select(label => label with { Description = Shortened(label.Description) }).DistinctBy(label => label.Name, StringComparer.OrdinalIgnoreCase)];

    private static IEnumerable<LabelDefinition> All(RepositoryPolicy policy)
    {
        var labels = policy.Labels;
        yield return new(labels.Trigger, "d97757", "Asks the cluster to work on the issue.");
        foreach (var exclude in labels.Exclude)
            yield return new(exclude, "8d8d8d", "Keeps the cluster away, whatever else is set.");
        foreach (var specialty in policy.Specialties)
            yield return new(specialty.Label, "1d76db", $"Work for the specialty {specialty.Name}.");
        yield return new(labels.PriorityHigh, "b60205", "Goes before other work.");
        yield return new(labels.PriorityLow, "c2e0c6", "Goes after other work.");
        yield return new(labels.Status(FlowPhase.Working), "fbca04", "The cluster works on it.");
        yield return new(labels.Status(FlowPhase.Waiting), "d4c5f9", "The cluster waits; its comment says for what.");
        yield return new(labels.Status(FlowPhase.Review), "0e8a16", "The cluster's pull request is open.");
        yield return new(labels.Status(FlowPhase.Done), "5319e7", "The cluster's pull request was merged.");
        yield return new(labels.Status(FlowPhase.Failed), "e99695", "The cluster has ended without a pull request; its comment says why.");
    }

    private static string Shortened(string text) => text.Length <= LongestDescription ? text : text[..(LongestDescription - 1)] + "…";
}
