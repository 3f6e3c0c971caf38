namespace ClaudeCluster.Coordinator;

/// <summary>How often the coordinator looks by itself for what GitHub's events should have told.</summary>
public sealed record ReconcilerOptions
{
    /// <summary>Between two looks for labels and commands that nobody told of. The first is at the start.</summary>
    /// <value>Default: 5 minutes.</value>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For so long a flow at rest that has heard nothing is left alone, before its pull request is looked at.</summary>
    /// <value>Default: one hour.</value>
    public TimeSpan PullRequestsEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>So long a command in a comment is left to its webhook.</summary>
    /// <value>Default: one minute.</value>
    public TimeSpan CommandsAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>As in <c>owner/name</c>; none: all in which the App is installed, and those that have open flows.</summary>
    public IReadOnlyList<string> Repositories { get; init; } = [];
}
