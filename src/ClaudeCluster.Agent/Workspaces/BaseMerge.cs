namespace ClaudeCluster.Agent;

/// <summary>A pull request's commit merged with the base branch, as far as git can do it alone; where it cannot, the files have git's marks.</summary>
/// <param name="Commit">Where the coder begins. It is never pushed as long as a mark is left.</param>
/// <param name="Parents">The two sides.</param>
/// <param name="Conflicts">The files with marks, or that only one side has.</param>
internal sealed record BaseMerge(CommitId Commit, IReadOnlyList<CommitId> Parents, IReadOnlyList<string> Conflicts)
{
    private const string Marks = "^(<{7}|>{7})( |$)";

    /// <exception cref="HostNotReadyException">Git is too old to merge outside of a work tree.</exception>
    public static async Task<BaseMerge> MakeAsync(Git git, GitPlace repository, CommitId ours, CommitId theirs, CancellationToken cancellationToken)
    {
        string told;
        try
        {
            told = await git.AskAsync(repository, ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours.Value, theirs.Value], cancellationToken);
        }
        catch (GitException old) when (old.ExitCode == 129)
        {
            throw new HostNotReadyException("git is too old to merge a pull request with its base branch.", "Install git 2.38 or newer.");
        }

        var parts = told.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        var commit = await git.RunAsync(
            repository, ["commit-tree", parts[0].Trim(), "-p", ours.Value, "-p", theirs.Value, "-F", "-"], cancellationToken, $"Merge {theirs.Short} of the base branch\n");
        return new(new CommitId(commit.Trim()), [ours, theirs], [.. parts.Skip(1).Distinct(StringComparer.Ordinal)]);
    }

    public async Task<IReadOnlyList<string>> FindUnresolvedAsync(Git git, GitPlace repository, CommitId commit, CancellationToken cancellationToken)
    {
        if (Conflicts.Count == 0)
            return [];
        var found = await git.AskAsync(
            repository, ["grep", "--files-with-matches", "--name-only", "-z", "-E", Marks, commit.Value, "--", .. Conflicts.Select(path => $":(top,literal){path}")], cancellationToken);
        return [.. found.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(path => path[(path.IndexOf(':', StringComparison.Ordinal) + 1)..])];
    }
}
