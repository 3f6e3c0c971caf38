namespace ClaudeCluster.GitHub;

/// <summary>
/// What a history keeps of a <see cref="GitHubException"/> besides its type and message, for whoever decides whether to ask again: give it to
/// the worker as its function for exceptions' properties. A history has data and no exception objects, and the type is unknown to a flow.
/// </summary>
public static class GitHubFailure
{
    /// <summary>Text, the round-trip form of a time in UTC: before it, asking again is in vain. Missing: nobody knows.</summary>
    public const string RetryAt = "retryAt";

    /// <summary>True: time alone does not help, something in the repository or in its settings must change first. False: it passes.</summary>
    public const string IsLasting = "isLasting";

    /// <returns>Null: it is none of GitHub's.</returns>
    public static IReadOnlyDictionary<string, object?>? Describe(Exception exception)
    {
        if (exception is not GitHubException failure)
            return null;
        var properties = new Dictionary<string, object?>(StringComparer.Ordinal) { [IsLasting] = failure.IsLasting };
        if (failure.RetryAt is { } time)
            properties[RetryAt] = time.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
        return properties;
    }
}
