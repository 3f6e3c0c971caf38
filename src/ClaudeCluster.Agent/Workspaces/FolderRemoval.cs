using System.Diagnostics;

namespace ClaudeCluster.Agent;

/// <summary>Removes what a coder or a test has written: also read-only folders, and never what a link points to.</summary>
internal static class FolderRemoval
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>A folder with all that is in it, a file, or a link. Does nothing if there is none.</summary>
    public static void Remove(string path)
    {
        var entry = new DirectoryInfo(path);
        try
        {
            if (entry is { Exists: true, LinkTarget: null })
                entry.Delete(recursive: true);
            else
                File.Delete(path);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException or ArgumentException && !OperatingSystem.IsWindows())
        {
            RemoveBySystem(path);
        }
    }

    /// <summary>
    /// A program can make what .NET cannot name, and would so stay here for ever: a path longer than the system's limit, made folder by folder, or
    /// a name that is not UTF-8.
    /// </summary>
    private static void RemoveBySystem(string path)
    {
        var remove = new ProcessStartInfo("/bin/sh", ["-c", "chmod -R u+rwX \"$1\"; rm -rf \"$1\"", "sh", path]) { RedirectStandardError = true };
        remove.Environment.Clear();
        remove.Environment["PATH"] = "/usr/bin:/bin";
        using var process = Process.Start(remove)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        if (!process.WaitForExit(Patience) || Path.Exists(path))
            throw new IOException($"{path} cannot be removed.");
    }
}
