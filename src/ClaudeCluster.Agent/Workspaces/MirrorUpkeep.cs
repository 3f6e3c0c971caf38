namespace ClaudeCluster.Agent;

/// <summary>
/// Keeps a mirror small and quick, for which git's own housekeeping is switched off: it would run whenever it likes, and removes commits that stand on no
/// branch, which ours do. Only for who holds the mirror.
/// </summary>
internal sealed class MirrorUpkeep(Git git, string folder, TimeProvider time)
{
    private const int MostPacks = 50;

    // Git's own measure: one of 256 folders with its share of 6,700 objects.
    private const string Sample = "17";
    private const int MostInSample = 27;

    // A git that still writes is over by then: all of ours have a limit of minutes, a fetch of half an hour.
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    /// <summary>Parts of packs that a git was writing when it was killed: as large as a whole repository, and of no use to anybody.</summary>
    public void RemoveUnfinished()
    {
        var packs = new DirectoryInfo(Path.Combine(folder, "objects", "pack"));
        foreach (var file in packs.Exists ? packs.EnumerateFiles("tmp_*").ToList() : [])
        {
            if (time.GetUtcNow() - file.LastWriteTimeUtc > Abandoned)
                FolderRemoval.Remove(file.FullName);
        }
    }

    /// <summary>Puts small packs and single objects together if there are many. Nothing is lost, also not what no branch has; what fails is tried at the next use.</summary>
    public async Task PackAsync(string mark, CancellationToken cancellationToken)
    {
        if (Count("pack", "*.pack") > MostPacks || Count(Sample, "*") > MostInSample)
            await git.TryAsync(new GitPlace(folder, mark), ["repack", "--geometric=2", "-d", "-q"], cancellationToken);
    }

    private int Count(string name, string pattern) =>
        Path.Combine(folder, "objects", name) is var objects && Directory.Exists(objects) ? Directory.EnumerateFiles(objects, pattern).Count() : 0;
}
