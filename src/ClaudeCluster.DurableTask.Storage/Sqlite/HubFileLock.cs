namespace ClaudeCluster.DurableTask.Storage.Sqlite;

/// <summary>
/// At most one process works on a hub file. The lock is one of the operating system's, on a file beside the hub, so it ends with its
/// process however that ends. Readers do not ask for it.
/// </summary>
internal sealed class HubFileLock(string hubPath) : IDisposable
{
    private readonly FileStream _file = Take(hubPath);

    public void Dispose() => _file.Dispose();

    private static FileStream Take(string hubPath)
    {
        try
        {
            return new FileStream(hubPath + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(hubPath + ".lock"))
        {
            throw new HubFileException(
                HubFileProblem.InUse,
                hubPath,
                $"another process uses it ({Owner(hubPath)})",
                "Wait for that process to end or stop it, or name another file.",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw SqliteErrors.NoAccess(hubPath, e);
        }
    }

    private static string Owner(string hubPath)
    {
        try
        {
            using var session = SqliteSession.Open(hubPath, writes: false);
            return $"pid {session.Scalar<string>("SELECT value FROM hub WHERE name = 'owner'") ?? "unknown"}";
        }
        catch (Microsoft.Data.Sqlite.SqliteException)
        {
            return "pid unknown, it is just starting";
        }
    }
}
