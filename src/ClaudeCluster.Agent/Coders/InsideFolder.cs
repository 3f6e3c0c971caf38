namespace ClaudeCluster.Agent;

/// <summary>Paths from a script, kept inside the work tree: no way up, no absolute path, no link on the way, not git's own folder.</summary>
internal static class InsideFolder
{
    /// <returns>The absolute path; null if it would leave the folder.</returns>
    public static string? Find(string folder, string path)
    {
        var parts = path.Split('/');
        if (path.Contains('\\', StringComparison.Ordinal) || path.Contains('\0', StringComparison.Ordinal)
            || parts.Any(part => part is "" or "." or ".." || part.Equals(".git", StringComparison.OrdinalIgnoreCase)))
            return null;
        var found = folder;
        foreach (var part in parts)
        {
            found = Path.Combine(found, part);
            if (new FileInfo(found).LinkTarget is not null)
                return null;
        }
        return found;
    }
}
