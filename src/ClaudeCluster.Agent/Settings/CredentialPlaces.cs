namespace ClaudeCluster.Agent;

/// <summary>
/// Where credentials lie on this PC. The agent reads them and what the model wrote runs as the same user, so the sandbox hides them whatever its
/// owner thought of: the whole folder around each, or, where the system or a program needs that folder, the file alone.
/// </summary>
/// <param name="Folders">Of the credentials, with all that is beside them.</param>
/// <param name="Files">The credentials themselves, also those in <paramref name="Folders"/>, of which the owner may have made one readable.</param>
public sealed record CredentialPlaces(IReadOnlyList<string> Folders, IReadOnlyList<string> Files)
{
    // Programs and libraries lie below them, or what programs look up.
    private static readonly string[] System =
        ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/dev", "/proc", "/sys", "/etc/alternatives", "/etc/ca-certificates", "/etc/pki", "/etc/ssl"];

    // Needed as a whole; a folder inside is somebody's own.
    private static readonly string[] Shared = ["/usr/local", "/var/lib", "/var/tmp"];

    /// <param name="files">The credentials, and files that name them.</param>
    /// <param name="folders">Hidden as they are, if the system does not need them.</param>
    /// <param name="needed">Folders that the attempt's commands need, such as those of the PATH.</param>
    public static CredentialPlaces Of(IEnumerable<string> files, IEnumerable<string> folders, IEnumerable<string> needed)
    {
        // A link is as good as the file behind it.
        List<string> all = [.. files.SelectMany(file => new[] { file, RealPath.Of(file) }).Distinct(StringComparer.Ordinal)];
        List<string> keep = [.. needed.Where(Path.IsPathFullyQualified).Concat(Shared).SelectMany(folder => new[] { Path.TrimEndingDirectorySeparator(folder), RealPath.Of(folder) })];
        return new(
            [.. all.Select(file => Path.GetDirectoryName(file)!).Concat(folders).Select(RealPath.Of).Where(folder => MayBeHidden(folder, keep)).Distinct(StringComparer.Ordinal)],
            all);
    }

    /// <summary>Those around which no folder is hidden.</summary>
    public IEnumerable<string> Alone => Files.Select(RealPath.Of).Where(file => !Folders.Any(folder => IsIn(file, folder))).Distinct(StringComparer.Ordinal);

    private static bool MayBeHidden(string folder, List<string> needed) =>
        Path.GetDirectoryName(folder) is not (null or "/") && !System.Any(place => IsIn(folder, place)) && !needed.Exists(place => IsIn(place, folder));

    private static bool IsIn(string path, string folder) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);
}
