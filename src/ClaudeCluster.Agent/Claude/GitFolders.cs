namespace ClaudeCluster.Agent;

/// <summary>Where the git data of a work tree lies when it is not inside of it, so that <c>git diff</c> works in the sandbox too.</summary>
internal static class GitFolders
{
    private const string Pointer = "gitdir: ";

    /// <summary>
    /// The repository's git folder; empty if all is inside. The pointer is a file in the work tree, where the model writes, so it is believed only
    /// if the folder that it names points back and lies where git puts it.
    /// </summary>
    public static IReadOnlyList<string> Of(string workTree)
    {
        var link = Path.Combine(workTree, ".git");
        if (ReadLine(link) is not { } line || !line.StartsWith(Pointer, StringComparison.Ordinal))
            return [];
        var own = Path.GetFullPath(line[Pointer.Length..], workTree);
        if (ReadLine(Path.Combine(own, "gitdir")) is not { } back || Path.GetFullPath(back, own) != link)
            return [];
        if (ReadLine(Path.Combine(own, "commondir")) is not { } common)
            return [];
        var repository = Path.GetFullPath(common, own).TrimEnd('/');
        return Path.GetDirectoryName(own) == Path.Combine(repository, "worktrees") ? [repository] : [];
    }

    private static string? ReadLine(string file) => File.Exists(file) ? File.ReadLines(file).FirstOrDefault()?.Trim() : null;
}
