namespace ClaudeCluster.GitHub;

/// <summary>The GitHub Actions job that this process is a step of.</summary>
/// <param name="RunUrl">Where people can watch it.</param>
/// <param name="SummaryFile">What is appended to it, as Markdown, stands on the run's page.</param>
public sealed record ActionsJob(string? RunUrl, string? SummaryFile)
{
    /// <param name="variable">Reads the environment.</param>
    /// <returns>Null: this is no such job.</returns>
    public static ActionsJob? Of(Func<string, string?> variable)
    {
        if (variable("GITHUB_ACTIONS") != "true")
            return null;
        var url = variable("GITHUB_SERVER_URL") is { } server && variable("GITHUB_REPOSITORY") is { } repository && variable("GITHUB_RUN_ID") is { } run
            ? $"{server}/{repository}/actions/runs/{run}"
            : null;
        return new ActionsJob(url, variable("GITHUB_STEP_SUMMARY"));
    }
}
