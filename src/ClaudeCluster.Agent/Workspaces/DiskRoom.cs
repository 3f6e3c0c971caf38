using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>
/// Sees before each attempt that there is room for it: what nobody uses goes, leftovers of attempts first, then sessions, then the copies of repositories that
/// were used longest ago. A copy is fetched again when it is needed; what somebody works on is never touched.
/// </summary>
internal sealed class DiskRoom(AgentOptions options)
{
    /// <exception cref="HostNotReadyException">There is not enough, and nothing is left to remove.</exception>
    public void Make(IEnumerable<Mirror> mirrors, IEnumerable<AttemptFolder> attempts)
    {
        var unused = new Queue<Func<bool>>([
            .. attempts.Select(attempt => (Func<bool>)(() => TryRemove(attempt))),
            .. TaskMemory.Unused(options.Root),
            .. mirrors.OrderBy(mirror => mirror.LastUsed).Select(mirror => (Func<bool>)mirror.TryRemove),
        ]);
        while (WhatIsMissing() is { } missing)
        {
            var madeRoom = false;
            while (!madeRoom && unused.TryDequeue(out var tryRemove))
                madeRoom = tryRemove();
            if (!madeRoom)
                throw new HostNotReadyException(missing, "Free some space, raise the limit, or give the agent a folder on a larger disk.");
        }
    }

    private static bool TryRemove(AttemptFolder attempt)
    {
        using var taken = FileLock.TryTake(attempt.LockFile);
        if (taken is null || !Directory.Exists(attempt.Root))
            return false;
        FolderRemoval.Remove(attempt.Root);
        return true;
    }

    private string? WhatIsMissing()
    {
        Directory.CreateDirectory(options.Root);
        if (options.Resources.DiskBytes is { } most && SizeOf(options.Root) is var size && size > most)
            return string.Create(CultureInfo.InvariantCulture, $"The agent's folder takes {Megabytes(size)} MB; its limit is {Megabytes(most)} MB.");
        return new DriveInfo(options.Root).AvailableFreeSpace is var free && free < options.Resources.FreeDiskBytes
            ? string.Create(CultureInfo.InvariantCulture, $"The disk has {Megabytes(free)} MB left; an attempt needs {Megabytes(options.Resources.FreeDiskBytes)} MB.")
            : null;
    }

    private static long SizeOf(string folder)
    {
        // Others work in there: what goes meanwhile takes no room.
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        return new DirectoryInfo(folder).EnumerateFiles("*", all).Sum(LengthOf);
    }

    private static long LengthOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static long Megabytes(long bytes) => bytes / 1024 / 1024;
}
