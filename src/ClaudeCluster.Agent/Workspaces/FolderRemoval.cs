namespace ClaudeCluster.Agent;

/// <summary>Removes folders that a coder or a test has written in: also read-only ones, and never what a link points to.</summary>
internal static class FolderRemoval
{
    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException && !OperatingSystem.IsWindows())
        {
            Unprotect(new DirectoryInfo(folder));
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Unprotect(DirectoryInfo folder)
    {
        if (!OperatingSystem.IsWindows())
            folder.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var inner in folder.EnumerateDirectories())
        {
            if (inner.LinkTarget is null)
                Unprotect(inner);
        }
    }
}
