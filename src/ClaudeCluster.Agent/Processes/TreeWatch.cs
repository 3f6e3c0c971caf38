using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>
/// Looks, a few times a second, what a child and all its processes take together, and says when it is too much. A control group would be
/// exact, but an agent seldom may make one; a limit of address space would stop Node and Claude Code, which reserve far more than they use.
/// </summary>
internal static class TreeWatch
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <returns>What is too much, when it is; never, without a limit.</returns>
    public static async Task<string> TooMuchAsync(string mark, ResourceLimits limits, TimeProvider time, CancellationToken over)
    {
        using var timer = new PeriodicTimer(Look, time);
        while (await timer.WaitForNextTickAsync(over))
        {
            var tree = ProcessTree.Find(mark);
            if (limits.Processes is { } most && tree.Count > most)
                return string.Create(CultureInfo.InvariantCulture, $"It ran {tree.Count} processes at once; the limit is {most}.");
            if (limits.MemoryBytes is { } bytes && tree.Sum(MemoryOf) is var used && used > bytes)
                return string.Create(CultureInfo.InvariantCulture, $"It used {used / 1024 / 1024} MB of memory; the limit is {bytes / 1024 / 1024} MB.");
        }
        return string.Empty;
    }

    /// <summary>Its own pages, in memory and swapped out: those of files, such as a program of 400 MB, are shared and can be dropped at any time.</summary>
    private static long MemoryOf(int process)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status")
                .Where(line => line.StartsWith("RssAnon:", StringComparison.Ordinal) || line.StartsWith("RssShmem:", StringComparison.Ordinal) || line.StartsWith("VmSwap:", StringComparison.Ordinal))
                .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2].Split('\t')[^1], NumberStyles.None, CultureInfo.InvariantCulture) * 1024);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
