namespace ClaudeCluster.GitHub;

/// <summary>Reads the end of what a job of Actions printed. It is a help and no more: where it cannot be read, it is empty.</summary>
internal sealed class JobLogs(GitHubClient client)
{
    /// <exception cref="GitHubException">A limit, or a token that is none any more: what ends with time or by a person's hand.</exception>
    public async Task<string> ReadEndAsync(RepositoryRef repository, long job, CancellationToken cancellationToken)
    {
        try
        {
            return LogText.Of(await client.ReadJobLogAsync(repository.FullName, job, LogEnd.ReadAsync, cancellationToken));
        }
        catch (GitHubException gone) when (gone is GitHubException.NotFoundOrNoAccess or GitHubException.Forbidden or GitHubException.Validation or GitHubException.Unavailable)
        {
            // Deleted after its time, not permitted (actions: read), or in a store that this network does not reach.
            return "";
        }
    }
}
