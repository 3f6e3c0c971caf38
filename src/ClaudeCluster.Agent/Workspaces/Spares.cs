namespace ClaudeCluster.Agent;

/// <summary>
/// Trees of files that wait for the next attempt on a repository, beside its mirror: <c>{repository}.spares/{name}/</c> with <c>tree</c> and the
/// <c>index</c> that git wrote for it. An attempt takes one for its coder and one for its tests, and only the files of newer commits are written.
/// </summary>
/// <remarks>
/// Whoever makes room on a disk and writes 5,000 files again pays twice: ext4 passes over each inode that was freed in the last minutes, so that
/// what takes 0.25 s on a fresh disk takes 5 s (measured). A spare comes in and goes out by one move, so there is a whole one or none, and nobody
/// needs a lock. It is kept only where a sandbox hides it from coders and tests.
/// </remarks>
internal sealed class Spares(Mirror mirror, Renewals renewals)
{
    // One for a coder and one for its tests; attempts side by side make what they lack.
    private const int Most = 2;

    /// <summary>Moves one to where an attempt wants it. One that is being made is waited for: to make another takes longer.</summary>
    /// <returns>False: there is none.</returns>
    public async Task<bool> TryTakeAsync(string tree, string index, CancellationToken cancellationToken)
    {
        while (true)
        {
            var underWay = renewals.Of(mirror.Folder);
            if (All().Any(spare => TryMove(spare, tree, index)))
                return true;
            if (underWay.Count == 0)
                return false;
            await Task.WhenAny(underWay).WaitAsync(cancellationToken);
        }
    }

    /// <returns>False: there are enough.</returns>
    public bool TryPut(string made, string name)
    {
        if (All().Count >= Most)
            return false;
        Directory.CreateDirectory(mirror.SparesFolder);
        Directory.Move(made, Path.Combine(mirror.SparesFolder, name));
        return true;
    }

    /// <summary>What a spare consists of.</summary>
    public static (string Tree, string Index) PartsOf(string spare) => (Path.Combine(spare, "tree"), Path.Combine(spare, "index"));

    private List<string> All() => Directory.Exists(mirror.SparesFolder) ? [.. Directory.EnumerateDirectories(mirror.SparesFolder).Order(StringComparer.Ordinal)] : [];

    private static bool TryMove(string spare, string tree, string index)
    {
        var taken = $"{tree}.spare";
        try
        {
            Directory.Move(spare, taken);
        }
        catch (IOException) when (!Directory.Exists(spare))
        {
            // Another attempt was quicker.
            return false;
        }
        var parts = PartsOf(taken);
        var isWhole = Directory.Exists(parts.Tree) && File.Exists(parts.Index);
        if (isWhole)
        {
            Directory.Move(parts.Tree, tree);
            File.Move(parts.Index, index, overwrite: true);
        }
        FolderRemoval.Remove(taken);
        return isWhole;
    }
}
