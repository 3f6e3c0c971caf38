namespace ClaudeCluster.Agent;

/// <summary>
/// Git LFS, for a repository that uses it: files that the commit only points to are real in every work tree, and what is changed becomes a pointer
/// again. Git runs the filter itself; it is the only one that is ever configured, and no <c>.lfsconfig</c> can send it elsewhere.
/// </summary>
/// <param name="Address">Where the objects are.</param>
internal sealed record LargeFiles(string Address)
{
    private const string Program = "git-lfs";

    public IEnumerable<string> Settings =>
    [
        "filter.lfs.process=git-lfs filter-process", "filter.lfs.required=true", $"lfs.url={Address}", $"lfs.pushurl={Address}", $"remote.origin.url={Address}",
        "lfs.locksverify=false", "lfs.fetchinclude=", "lfs.fetchexclude=", "lfs.transfer.maxretries=3", "lfs.transfer.maxretrydelay=2",
    ];

    /// <param name="attributes">The repository's <c>.gitattributes</c>.</param>
    /// <param name="source">Where the repository is.</param>
    /// <param name="environment">Where programs are looked for.</param>
    /// <returns>Null: it does not use git-lfs.</returns>
    /// <exception cref="HostNotReadyException">This PC has none.</exception>
    public static LargeFiles? Of(string attributes, string source, IReadOnlyDictionary<string, string> environment)
    {
        if (!attributes.Contains("filter=lfs", StringComparison.Ordinal))
            return null;
        return ProgramPath.Find(Program, environment) is null
            ? throw new HostNotReadyException("The repository keeps files with git-lfs, which is not on this PC.", "Install the package git-lfs, such as with: apt-get install git-lfs")
            : new LargeFiles(AddressOf(source));
    }

    private static string AddressOf(string source)
    {
        if (!Uri.TryCreate(source, UriKind.Absolute, out var url))
            return source;
        if (url.IsFile)
            return $"file://{(Directory.Exists(Path.Combine(url.LocalPath, ".git")) ? Path.Combine(url.LocalPath, ".git") : url.LocalPath)}";
        if (url.Scheme is not ("http" or "https"))
            return source;
        var repository = source.TrimEnd('/');
        return $"{repository}{(repository.EndsWith(".git", StringComparison.Ordinal) ? string.Empty : ".git")}/info/lfs";
    }
}
