namespace ClaudeCluster.Agent;

/// <summary>
/// Turns the work tree into one commit and pushes it as the attempt's own branch. Neither the coder's index nor its branch, hooks or
/// configuration play a part: a tree is written from the files, and a commit is put on where the coder began.
/// </summary>
public sealed class CommitAndPush(Git git)
{
    private const string Gitlink = "160000 ";

    /// <returns>The new commit; where the coder began, if it changed nothing.</returns>
    /// <exception cref="GitException">Git could not read the work tree.</exception>
    public async Task<CommitId> CommitAsync(Workspace workspace, string message, CancellationToken cancellationToken)
    {
        await workspace.RestoreMirrorAsync(cancellationToken);
        await AddAllAsync(workspace, cancellationToken);
        var tree = (await git.RunAsync(workspace.WorkTree, ["write-tree"], cancellationToken)).Trim();
        if (tree == await TreeOfAsync(workspace, workspace.Start, cancellationToken))
            return workspace.Start;
        var commit = await git.RunAsync(workspace.Repository, ["commit-tree", tree, .. workspace.Parents.SelectMany(parent => (string[])["-p", parent.Value]), "-F", "-"], cancellationToken, message);
        return new CommitId(commit.Trim());
    }

    /// <summary>False: the commit's files are the base's.</summary>
    public async Task<bool> ChangesAnythingAsync(Workspace workspace, CommitId commit, CancellationToken cancellationToken) =>
        await TreeOfAsync(workspace, commit, cancellationToken) != await TreeOfAsync(workspace, workspace.Base, cancellationToken);

    /// <summary>Puts the attempt's branch of the source at the commit. May be repeated; no other branch can be pushed.</summary>
    /// <exception cref="GitException">The source refused it.</exception>
    public async Task PushAsync(Workspace workspace, CommitId commit, string attemptBranch, CancellationToken cancellationToken)
    {
        if (BranchName.Parse(attemptBranch)?.Attempt is null)
            throw new InvalidOperationException($"'{attemptBranch}' is no attempt's branch, so an agent does not push it.");
        // Pointers without their objects would be worth nothing.
        if (workspace.LargeFiles is { } largeFiles)
            await git.RunAsync(await workspace.Source.ContactAsync(workspace.Repository with { LargeFiles = largeFiles }, cancellationToken), ["lfs", "push", "origin", commit.Value], cancellationToken);
        await git.RunAsync(
            await workspace.Source.ContactAsync(workspace.Repository, cancellationToken),
            [
                "push", "--quiet", "--force", "--no-verify", "--no-recurse-submodules", "--receive-pack=git -c core.hooksPath=/dev/null receive-pack",
                "--", workspace.Source.Address, $"{commit.Value}:refs/heads/{attemptBranch}",
            ],
            cancellationToken);
    }

    /// <summary>
    /// All that .gitignore does not name. Submodules and repositories inside the repository stay out: git would look into them with
    /// their own configuration, which can run code.
    /// </summary>
    private async Task AddAllAsync(Workspace workspace, CancellationToken cancellationToken)
    {
        var place = workspace.WorkTree;
        var tracked = await git.RunAsync(place, ["ls-files", "--stage", "-z"], cancellationToken);
        var untracked = await git.RunAsync(place, ["ls-files", "--others", "--exclude-standard", "-z"], cancellationToken);
        var submodules = tracked.Split('\0').Where(entry => entry.StartsWith(Gitlink, StringComparison.Ordinal)).Select(entry => entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..]);
        var repositories = untracked.Split('\0').Where(path => path.EndsWith('/')).Select(path => path.TrimEnd('/'));
        var paths = string.Join('\0', [".", .. submodules.Concat(repositories).Select(path => $":(top,exclude,literal){path}")]);
        Task<string> AddAsync(params string[] options) => git.RunAsync(place, ["add", "--all", .. options, "--pathspec-from-file=-", "--pathspec-file-nul"], cancellationToken, paths);
        try
        {
            await AddAsync();
        }
        catch (GitException refused) when (refused.ExitCode is not null && !DiskIsFull.Caused(refused))
        {
            await AddWhatGitCanKeepAsync(AddAsync);
        }
    }

    /// <summary>A pipe in a file's place or a folder <c>.GIT</c> must not lose the rest of the work.</summary>
    private static async Task AddWhatGitCanKeepAsync(Func<string[], Task<string>> addAsync)
    {
        try
        {
            await addAsync(["--ignore-errors"]);
        }
        catch (GitException some) when (some.ExitCode == 1 && !DiskIsFull.Caused(some))
        {
            // Exit code 1: the others were added.
        }
    }

    private async Task<string> TreeOfAsync(Workspace workspace, CommitId commit, CancellationToken cancellationToken) =>
        (await git.RunAsync(workspace.Repository, ["rev-parse", "--verify", $"{commit.Value}^{{tree}}"], cancellationToken)).Trim();
}
