namespace ClaudeCluster.Agent;

/// <summary>
/// A work tree of a repository that waits for its next attempt, beside the mirror. To write 5,000 files takes longer (0.17 s measured) than all
/// else that prepares an attempt, and is done while nobody waits for it: when an attempt has ended. The next one takes the spare by a move of its
/// folder, and only the files of newer commits are written.
/// </summary>
/// <remarks>Nobody has worked in it: it is made from the mirror, not from what an attempt left. So it is kept only where a sandbox hides it from coders and tests.</remarks>
internal sealed class SpareWorkTree(Git git, Mirror mirror, string mark)
{
    private string Made => $"{mirror.SpareFolder}.new";

    /// <summary>Moves it to where the attempt wants it. Only for who holds the mirror.</summary>
    /// <returns>False: there is none that can be used.</returns>
    public async Task<bool> TryTakeAsync(string folder, CommitId commit, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(mirror.SpareFolder))
            return false;
        try
        {
            // What does not belong to this mirror any more, after a crash or because the mirror was built anew, is no spare.
            if (GitFolders.Of(mirror.SpareFolder).Count == 0)
                return false;
            var own = Move(mirror.SpareFolder, folder);
            if ((await File.ReadAllTextAsync(Path.Combine(own, "HEAD"), cancellationToken)).Trim() != commit.Value)
                await git.RunAsync(new GitPlace(own, mark) { WorkTree = folder }, ["checkout", "--quiet", "--force", "--detach", commit.Value], cancellationToken);
            return true;
        }
        catch (Exception unusable) when (unusable is GitException or IOException && !DiskIsFull.Caused(unusable))
        {
            FolderRemoval.Remove(folder);
            return false;
        }
        finally
        {
            FolderRemoval.Remove(mirror.SpareFolder);
        }
    }

    /// <summary>Makes one for the next attempt, if there is none. Only for who holds the mirror.</summary>
    public async Task PrepareAsync(CommitId commit, CancellationToken cancellationToken)
    {
        if (Directory.Exists(mirror.SpareFolder))
            return;
        // Made beside its place and then moved: after a crash there is a whole one or none.
        FolderRemoval.Remove(Made);
        await git.RunAsync(mirror.Place(mark), ["worktree", "add", "--quiet", "--force", "--detach", Made, commit.Value], cancellationToken);
        Move(Made, mirror.SpareFolder);
    }

    /// <returns>Its own folder below the mirror's <c>worktrees</c>, which now points to the new place.</returns>
    private static string Move(string from, string to)
    {
        var own = Path.GetFullPath(File.ReadAllText(Path.Combine(from, ".git")).Trim()["gitdir: ".Length..], from);
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        Directory.Move(from, to);
        File.WriteAllText(Path.Combine(own, "gitdir"), Path.Combine(to, ".git") + "\n");
        return own;
    }
}
