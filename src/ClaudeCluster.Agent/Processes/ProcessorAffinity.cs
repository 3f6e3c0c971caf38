using System.Numerics;
using System.Runtime.InteropServices;

namespace ClaudeCluster.Agent;

/// <summary>
/// On which processors a child may run: what its starter may at that moment, and so do all its descendants. It holds without any right, but in
/// whole processors, and a program that sets out to can widen it again; <see cref="ControlGroup"/> holds that too, where the host has one.
/// </summary>
internal static class ProcessorAffinity
{
    // 8192 processors: the most that the kernel is built for.
    private const int MaskWords = 128;

    private static int _next;

    /// <summary>Runs it on a few of this thread's processors, each time on the next ones, so that attempts at the same time do not share.</summary>
    /// <param name="processors">Null: on all of them.</param>
    public static void Within(double? processors, Action start)
    {
        if (processors is not { } most || !OperatingSystem.IsLinux() || Read() is not { } before)
        {
            start();
            return;
        }

        _ = Set(0, MaskBytes, Narrow(before, (int)Math.Ceiling(most)));
        try
        {
            start();
        }
        finally
        {
            _ = Set(0, MaskBytes, before);
        }
    }

    /// <summary>How many this process may run on; null: it cannot be told.</summary>
    public static int? Available => OperatingSystem.IsLinux() && Read() is { } mask ? Count(mask) : null;

    private static nuint MaskBytes => MaskWords * sizeof(ulong);

    private static int Count(ulong[] mask) => mask.Sum(word => BitOperations.PopCount(word));

    private static ulong[] Narrow(ulong[] before, int most)
    {
        var all = Enumerable.Range(0, MaskWords * 64).Where(processor => (before[processor / 64] & (1UL << (processor % 64))) != 0).ToList();
        if (most >= all.Count)
            return before;
        var first = (int)((uint)Interlocked.Add(ref _next, most) % (uint)all.Count);
        var mask = new ulong[MaskWords];
        foreach (var processor in Enumerable.Range(first, most).Select(index => all[index % all.Count]))
            mask[processor / 64] |= 1UL << (processor % 64);
        return mask;
    }

    private static ulong[]? Read()
    {
        var mask = new ulong[MaskWords];
        return Get(0, MaskBytes, mask) == 0 && Count(mask) > 0 ? mask : null;
    }

    // Of thread 0: the calling one.
    [DllImport("libc", EntryPoint = "sched_getaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Get(int thread, nuint bytes, [Out] ulong[] mask);

    [DllImport("libc", EntryPoint = "sched_setaffinity")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Set(int thread, nuint bytes, ulong[] mask);
}
