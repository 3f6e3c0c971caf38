namespace ClaudeCluster.Agent;

/// <summary>Work with a secret in it does not leave this PC, not even as the attempt's own branch: what was pushed once is known.</summary>
internal sealed class WithheldWork(AgentOptions options, Git git, TimeProvider time)
{
    private readonly SecretScan _scan = new(options.Secrets, time);
    private readonly Redaction _redaction = new(options.Secrets);

    /// <returns>Why nothing may be pushed, and where the work is; null: it may.</returns>
    public async Task<AttemptOutcome.PolicyRejected?> LookAsync(Workspace workspace, CommitId commit, string message, CancellationToken cancellationToken)
    {
        var findings = await FindAsync(workspace, commit, message, cancellationToken);
        return findings.Count == 0
            ? null
            : new AttemptOutcome.PolicyRejected(
                [.. findings, $"So the work was withheld: nothing was pushed. It is commit {commit.Short} in {workspace.RepositoryName} of agent {options.AgentId}, and on no other PC."]);
    }

    public string? Redact(string? text) => text is null ? null : _redaction.Apply(text);

    private async Task<IReadOnlyList<string>> FindAsync(Workspace workspace, CommitId commit, string message, CancellationToken cancellationToken)
    {
        try
        {
            var paths = await git.RunAsync(
                workspace.Repository, ["diff-tree", "-r", "--name-only", "--no-renames", "-z", "--diff-filter=d", workspace.Base.Value, commit.Value], cancellationToken);
            var lines = await AddedLines.ReadAsync(git, workspace, commit, cancellationToken);
            // What is not on this PC is not sent either.
            var large = workspace.LargeFiles is null ? [] : LargeFile.LinesOf(lines, workspace.Repository.Repository);
            return _scan.Scan(lines.Concat(large), paths.Split('\0'), message);
        }
        catch (GitException tooLarge)
        {
            return [$"The change could not be searched for secrets: {tooLarge.Message}"];
        }
    }
}
