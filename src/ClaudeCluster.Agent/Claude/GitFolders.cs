namespace ClaudeCluster.Agent;

/// <summary>Where the git data of a work tree lies when it is not inside of it, so that <c>git diff</c> works in the sandbox too.</summary>
internal static class GitFolders
{
    private const string Pointer = "gitdir: ";
    private const int LongestLine = 8192;

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

    /// <summary>The first line; null if there is none, or nothing that git writes. A pipe in a file's place would keep us for ever.</summary>
    private static string? ReadLine(string file)
    {
        if (!FileState.IsPlainFile(file))
            return null;
        using var reader = new StreamReader(file);
        var head = new char[LongestLine];
        var line = new string(head, 0, reader.ReadBlock(head)).Split('\n')[0].Trim();
        return line.Length is 0 or LongestLine || line.Contains('\0', StringComparison.Ordinal) ? null : line;
    }
}
