namespace ClaudeCluster.DurableTask.Storage.Sqlite;

internal static class HubFilePath
{
    /// <summary>
    /// The file itself by its full path: so that it has one lock whatever link leads to it, and stays the same file when the process
    /// changes its folder. SQLite gives no meaning of its own to such a path.
    /// </summary>
    public static string Resolve(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var file = new FileInfo(path);
        try
        {
            return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SqliteErrors.NoAccess(path, e);
        }
    }
}
