namespace ClaudeCluster.GitHub;

/// <summary>What a login may do.</summary>
/// <param name="Who">As people know it.</param>
/// <param name="KnowsWrites">False: a token does not tell what it may write, only what was read with it.</param>
public sealed record GitHubAccess(string Who, bool KnowsWrites, IReadOnlyList<AccessTo> Places);

/// <param name="Place">A repository, or an account where the App is installed.</param>
/// <param name="Granted">As in <c>issues</c>: <c>write</c>; null: nothing at all.</param>
public sealed record AccessTo(string Place, IReadOnlyDictionary<string, string>? Granted);

/// <summary>A permission that the product makes use of. The table of docs/github.md says the same.</summary>
/// <param name="Name">As GitHub's API names it.</param>
/// <param name="Level">read or write.</param>
/// <param name="For">What does not work without it.</param>
/// <param name="IsOptional">Much works without it.</param>
public sealed record NeededPermission(string Name, string Level, string For, bool IsOptional = false)
{
    public static IReadOnlyList<NeededPermission> All { get; } =
    [
        new("contents", "write", "the policy file, the pull request's branch, the agents' work branches"),
        new("issues", "write", "the comment and the status labels"),
        new("pull_requests", "write", "pull requests, and answers to their reviews"),
        new("checks", "read", "mending failed checks"),
        new("statuses", "read", "mending failed checks"),
        new("actions", "write", "waking runners, and reading the logs of failed jobs", IsOptional: true),
        new("administration", "read", "seeing whether a runner is alive", IsOptional: true),
    ];

    /// <param name="granted">By name.</param>
    /// <param name="knowsWrites">See <see cref="GitHubAccess"/>.</param>
    public bool IsIn(IReadOnlyDictionary<string, string> granted, bool knowsWrites) =>
        granted.TryGetValue(Name, out var level) && (level == Level || level is "write" or "admin" || !knowsWrites);

    public override string ToString() => $"{Name}={Level}";
}
