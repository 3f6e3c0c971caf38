using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>
/// What a coder keeps of one task from attempt to attempt on this PC, such as its session: <c>sessions/{repository}-{issue}-{generation}</c>
/// below the agent's root. It is there too when the agent was killed in the middle of an attempt and could tell nobody which session it was.
/// </summary>
/// <remarks>Losing it costs money, never work: without it the next attempt begins a session of its own.</remarks>
internal sealed class TaskMemory : IDisposable
{
    private const string LockEnding = ".lock";
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(14);

    private readonly string _lockFile;
    private readonly IDisposable _lock;

    private TaskMemory(string folder, string lockFile, IDisposable taken) => (Folder, _lockFile, _lock) = (folder, lockFile, taken);

    /// <summary>Of the coder's own.</summary>
    public string Folder { get; }

    /// <returns>Null: another attempt at the task still runs here, and two must not go on with one session.</returns>
    public static TaskMemory? TryOpen(string root, AgentTask task, TimeProvider time)
    {
        RemoveOld(root, time);
        var branch = BranchName.Parse(task.AttemptBranch);
        var folder = Path.Combine(root, "sessions", string.Create(CultureInfo.InvariantCulture, $"{task.Repository.Id}-{task.Issue.Number}-{branch?.Generation ?? 1}"));
        if (FileLock.TryTake(folder + LockEnding) is not { } taken)
            return null;
        Directory.CreateDirectory(folder);
        Directory.SetLastWriteTimeUtc(folder, time.GetUtcNow().UtcDateTime);
        return new TaskMemory(folder, folder + LockEnding, taken);
    }

    /// <summary>
    /// The session to go on with: of the attempt before, or the one that an attempt here began and could not tell of. Where another agent worked
    /// since, what this PC's session knows is out of date.
    /// </summary>
    public string? SessionFor(AgentTask task, AgentId self) => task.Earlier is { } earlier && earlier.Agent != self
        ? null
        : task.Earlier?.ClaudeSession ?? LastSession.Read(Folder);

    /// <summary>What nobody uses, the oldest first; each frees its room when it is called.</summary>
    public static IEnumerable<Func<bool>> Unused(string root) => All(root).OrderBy(folder => folder.LastWriteTimeUtc).Select(folder => (Func<bool>)(() => TryRemove(folder)));

    public void Dispose()
    {
        File.Delete(_lockFile);
        _lock.Dispose();
    }

    private static void RemoveOld(string root, TimeProvider time)
    {
        foreach (var folder in All(root).Where(folder => time.GetUtcNow() - folder.LastWriteTimeUtc > KeptFor))
            TryRemove(folder);
    }

    private static IEnumerable<DirectoryInfo> All(string root) =>
        new DirectoryInfo(Path.Combine(root, "sessions")) is { Exists: true } sessions ? sessions.EnumerateDirectories().ToList() : [];

    private static bool TryRemove(DirectoryInfo folder)
    {
        using var taken = FileLock.TryTake(folder.FullName + LockEnding);
        if (taken is null || !folder.Exists)
            return false;
        FolderRemoval.Remove(folder.FullName);
        File.Delete(folder.FullName + LockEnding);
        return true;
    }
}

/// <summary>The name of the session that a coder began last in a folder, written before the model's first word.</summary>
internal static class LastSession
{
    private const string Name = "last-session";

    public static string? Read(string folder) => Path.Combine(folder, Name) is var file && File.Exists(file) ? File.ReadAllText(file) : null;

    public static void Write(string folder, string session) => File.WriteAllText(Path.Combine(folder, Name), session);
}
