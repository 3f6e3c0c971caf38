namespace ClaudeCluster.GitHub;

/// <summary>What failed on a commit: the newest of each check, and for jobs of Actions the end of what the failing step printed.</summary>
/// <param name="rollup">Asks for all that is to be known.</param>
/// <param name="humble">Asks where an App was not granted so much.</param>
/// <param name="logs">Of jobs of Actions.</param>
internal sealed class FailedChecks(CheckRollup rollup, CheckRollup humble, JobLogs logs)
{
    /// <summary>What one attempt can do something with. Of the others the name and the address are known.</summary>
    private const int MostLogs = 5;

    private const string Cancelled = "CANCELLED";

    private static readonly string[] Failures = ["FAILURE", "ERROR", Cancelled, "TIMED_OUT", "STARTUP_FAILURE"];

    /// <summary>An event told of a failure, so there is one.</summary>
    private static readonly Check Hidden = new("a check that may not be read", Trigger: null, "FAILURE", StartedAt: null, Url: null, Job: null, "Which one, and why, may not be read: that needs the permissions 'checks' and 'commit statuses'.");

    public async Task<IReadOnlyList<FailedCheck>> ReadAsync(RepositoryRef repository, CommitId commit, CancellationToken cancellationToken)
    {
        var failed = NewestThatFailed(await ReadWhatMayBeReadAsync(repository, commit, cancellationToken));
        var told = new List<FailedCheck>();
        var read = 0;
        foreach (var check in failed)
        {
            var log = check.Job is { } job && read++ < MostLogs ? await logs.ReadEndAsync(repository, job, cancellationToken) : "";
            told.Add(new(check.Name, check.Url, log.Length > 0 ? log : LogText.Shortened(check.Words)));
        }

        return told;
    }

    /// <summary>The names alone, with each one's own number: what failed again after another run has another.</summary>
    public async Task<IReadOnlyList<string>> ReadNamesAsync(RepositoryRef repository, CommitId commit, CancellationToken cancellationToken) =>
        [.. NewestThatFailed(await ReadChecksAsync(repository, commit, cancellationToken)).Select(check => $"{check.Name} {check.Job}")];

    private async Task<IReadOnlyList<Check>> ReadWhatMayBeReadAsync(RepositoryRef repository, CommitId commit, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadChecksAsync(repository, commit, cancellationToken);
        }
        catch (GitHubException.Forbidden)
        {
            return [Hidden];
        }
    }

    private async Task<IReadOnlyList<Check>> ReadChecksAsync(RepositoryRef repository, CommitId commit, CancellationToken cancellationToken)
    {
        try
        {
            return await rollup.ReadAsync(repository, commit, cancellationToken);
        }
        catch (GitHubException.Forbidden)
        {
            return await humble.ReadAsync(repository, commit, cancellationToken);
        }
    }

    /// <summary>Failures first, for what was cancelled was so often because of them; by itself it is somebody's wish. One that is in the queue again has not failed yet.</summary>
    private static IReadOnlyList<Check> NewestThatFailed(IReadOnlyList<Check> checks)
    {
        Check[] failed =
        [
            .. checks
                .GroupBy(check => (check.Name, check.Trigger))
                .Select(group => group.MaxBy(check => check.StartedAt ?? DateTimeOffset.MaxValue)!)
                .Where(check => Failures.Contains(check.Conclusion))
                .OrderBy(check => check.Conclusion == Cancelled),
        ];
        return failed is [{ Conclusion: not Cancelled }, ..] ? failed : [];
    }
}
