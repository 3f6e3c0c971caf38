namespace ClaudeCluster.GitHub;

/// <summary>
/// What the tokens of an App are good for: one kind for each thing that the product does, each with the least that it needs. An App that was
/// granted less than all then still does the rest, for GitHub refuses a token with one permission too many.
/// </summary>
internal static class AppPermissions
{
    /// <summary>From the label to the pull request.</summary>
    public static IReadOnlyDictionary<string, string> Flows { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["contents"] = "write",
        ["issues"] = "write",
        ["metadata"] = "read",
        ["pull_requests"] = "write",
    };

    /// <summary>Waking a runner.</summary>
    public static IReadOnlyDictionary<string, string> Dispatching { get; } = new Dictionary<string, string>(StringComparer.Ordinal) { ["actions"] = "write", ["metadata"] = "read" };

    /// <summary>Seeing whether a runner is alive.</summary>
    public static IReadOnlyDictionary<string, string> Looking { get; } = new Dictionary<string, string>(StringComparer.Ordinal) { ["administration"] = "read", ["metadata"] = "read" };

    /// <summary>Reading what failed on a commit, and what its jobs printed.</summary>
    public static IReadOnlyDictionary<string, string> Checking { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["actions"] = "read",
        ["checks"] = "read",
        ["contents"] = "read",
        ["metadata"] = "read",
        ["statuses"] = "read",
    };

    /// <summary>The same without what Actions knows: which checks failed, and not why.</summary>
    public static IReadOnlyDictionary<string, string> CheckingWithoutLogs { get; } =
        Checking.Where(pair => pair.Key != "actions").ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
}
