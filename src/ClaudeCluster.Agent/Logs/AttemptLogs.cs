namespace ClaudeCluster.Agent;

/// <summary>
/// One log per attempt, <c>{workspaces}/{attempt}/claude_code.log</c>, which stays after the attempt's folders are gone, until its time is over.
/// </summary>
public sealed class AttemptLogs(string root, long mostBytes, TimeSpan retention, Func<string, string> redact, TimeProvider time)
{
    private const string Name = "claude_code.log";

    public RollingFile Open(string attemptId) => new(Path.Combine(root, attemptId, Name), mostBytes, files: 1, redact);

    /// <summary>Removes the logs that are older than they are kept; at the start, and after each attempt.</summary>
    public void RemoveOld()
    {
        if (!Directory.Exists(root))
            return;
        foreach (var folder in Directory.EnumerateDirectories(root).ToList())
        {
            try
            {
                RemoveIfOld(folder);
            }
            catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
            {
                // An attempt ends beside this one and removed it, or the next end does.
            }
        }
    }

    private void RemoveIfOld(string folder)
    {
        var log = new FileInfo(Path.Combine(folder, Name));
        if (log.Exists && time.GetUtcNow() - log.LastWriteTimeUtc > retention && Directory.EnumerateFileSystemEntries(folder).All(path => Path.GetFileName(path).StartsWith(Name, StringComparison.Ordinal)))
            Directory.Delete(folder, recursive: true);
    }
}
