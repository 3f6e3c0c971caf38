namespace ClaudeCluster.Agent;

/// <summary>
/// Work that does not leave this PC, not even as the attempt's own branch: with a secret in it, because what was pushed once is known; and with a
/// workflow that only people change, because the push itself would run it, with the repository's secrets and before anybody was asked.
/// </summary>
internal sealed class WithheldWork(AgentOptions options, Git git, TimeProvider time)
{
    private const string Workflows = ".github/workflows/";
    private const int MostWorkflows = 20;

    private readonly SecretScan _scan = new(options.Secrets, time);
    private readonly Redaction _redaction = new(options.Secrets);

    /// <returns>Why nothing may be pushed, and where the work is; null: it may.</returns>
    public async Task<AttemptOutcome.PolicyRejected?> LookAsync(Workspace workspace, CommitId commit, string message, DiffRules rules, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> findings = [.. await FindAsync(workspace, commit, message, cancellationToken), .. await FindWorkflowsAsync(workspace, commit, rules, cancellationToken)];
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

    /// <summary>Those that this attempt changed: what stands on a branch already runs there already.</summary>
    private async Task<IEnumerable<string>> FindWorkflowsAsync(Workspace workspace, CommitId commit, DiffRules rules, CancellationToken cancellationToken)
    {
        var globs = rules.ProtectedPaths.Select(pattern => new Glob(pattern)).ToList();
        var paths = await git.RunAsync(
            workspace.Repository, ["diff-tree", "-r", "--name-only", "--no-renames", "-z", "--diff-filter=d", workspace.Start.Value, commit.Value], cancellationToken);
        return paths.Split('\0')
            .Where(path => path.StartsWith(Workflows, StringComparison.OrdinalIgnoreCase))
            .Select(path => (Path: path, Glob: globs.FirstOrDefault(glob => glob.Matches(path))))
            .Where(file => file.Glob is not null)
            .Take(MostWorkflows)
            .Select(file => $"{DiffPolicy.Show(file.Path)} is protected ({file.Glob!.Pattern}): only people change it, and a push could run it.");
    }
}
