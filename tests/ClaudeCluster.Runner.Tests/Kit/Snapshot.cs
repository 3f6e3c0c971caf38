using System.Globalization;
using System.Security.Cryptography;

namespace ClaudeCluster.Runner.Tests;

/// <summary>All that lies in a folder, byte for byte: a test compares before and after.</summary>
internal static class Snapshot
{
    /// <param name="folder">Need not exist.</param>
    /// <param name="except">Folders that take no part.</param>
    public static IReadOnlyList<string> Of(string folder, params string[] except) => !Directory.Exists(folder)
        ? []
        : [.. new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Where(entry => !except.Any(left => IsBelow(entry.FullName, left)))
            .Select(entry => Describe(entry, folder))
            .Order(StringComparer.Ordinal)];

    private static string Describe(FileSystemInfo entry, string folder)
    {
        var path = Path.GetRelativePath(folder, entry.FullName);
        if (entry.LinkTarget is { } target)
            return $"{path} -> {target}";
        return entry is FileInfo file
            ? string.Create(CultureInfo.InvariantCulture, $"{path} {file.UnixFileMode} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.FullName)))}")
            : $"{path}/";
    }

    private static bool IsBelow(string path, string folder) =>
        path == folder || path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
