namespace ClaudeCluster.Agent;

/// <summary>
/// One work tree of a mirror, registered there as <c>git worktree add</c> would do it, but with files that may come from a spare. Git is always
/// told of our own index; what stands in the mirror is a copy for those who work in the tree.
/// </summary>
internal sealed class WorkTree(Git git, Mirror mirror, string folder, string name, string mark)
{
    public string Folder => folder;

    /// <summary>What it is called among the mirror's work trees.</summary>
    public string Name => name;

    public string Index => $"{folder}.index";

    /// <summary>As git wrote it before anybody worked here.</summary>
    public string IndexAtStart => $"{folder}.index-at-start";

    public LargeFiles? LargeFiles { get; set; }

    public GitPlace Place => mirror.Place(mark) with { WorkTree = folder, Index = Index, LargeFiles = LargeFiles };

    /// <summary>With the commit's files and no others. Only for who holds the mirror.</summary>
    /// <param name="commit">Whose files.</param>
    /// <param name="spares">Null: none is taken.</param>
    /// <param name="source">Asked for large files that this PC does not have; null: nobody is.</param>
    /// <param name="cancellationToken">Ends git.</param>
    public async Task MakeAsync(CommitId commit, Spares? spares, GitSource? source, CancellationToken cancellationToken)
    {
        Remove();
        var place = LargeFiles is null || source is null ? Place : await source.ContactAsync(Place, cancellationToken);
        if (spares is null || !await TryFromSpareAsync(spares, place, commit, cancellationToken))
        {
            Directory.CreateDirectory(folder);
            await FillAsync(place, commit, cancellationToken);
        }
        File.Copy(Index, IndexAtStart, overwrite: true);
        Register(commit);
    }

    /// <summary>The mirror's memory of it. Only for who holds the mirror.</summary>
    public void Forget() => FolderRemoval.Remove(Registered);

    private string Registered => Path.Combine(mirror.Folder, "worktrees", name);

    private void Remove()
    {
        foreach (var path in (string[])[folder, Index, $"{Index}.lock", IndexAtStart])
            FolderRemoval.Remove(path);
    }

    private async Task<bool> TryFromSpareAsync(Spares spares, GitPlace place, CommitId commit, CancellationToken cancellationToken)
    {
        try
        {
            if (!await spares.TryTakeAsync(folder, Index, cancellationToken))
                return false;
            await FillAsync(place, commit, cancellationToken);
            return true;
        }
        catch (Exception unusable) when (unusable is GitException or IOException && !DiskIsFull.Caused(unusable))
        {
            Remove();
            return false;
        }
    }

    /// <summary>Writes the files that the index does not know as the commit has them, or that are not as the index knows them.</summary>
    private Task FillAsync(GitPlace place, CommitId commit, CancellationToken cancellationToken) =>
        git.RunAsync(place, ["read-tree", "--reset", "-u", commit.Value], cancellationToken);

    /// <summary>On no branch: a coder's branch "claude" would stand in the way of every "claude/wip/…" to come.</summary>
    private void Register(CommitId commit)
    {
        Forget();
        Directory.CreateDirectory(Registered);
        File.WriteAllText(Path.Combine(Registered, "commondir"), "../..\n");
        File.WriteAllText(Path.Combine(Registered, "gitdir"), $"{Path.Combine(folder, ".git")}\n");
        File.WriteAllText(Path.Combine(Registered, "HEAD"), $"{commit.Value}\n");
        File.Copy(Index, Path.Combine(Registered, "index"));
        File.WriteAllText(Path.Combine(folder, ".git"), $"gitdir: {Registered}\n");
    }
}
