namespace ClaudeCluster.Agent;

/// <summary>
/// A mirror without the files of old commits: the source sends commits and folders, and the files that an attempt begins with are asked for by
/// their names before its coder starts. The mirror's own configuration names no source, so no git of a coder or of a test fetches anything later.
/// </summary>
internal sealed class PartialCopy(Git git, string repository)
{
    /// <summary>By which git knows whom it may ask, for one command.</summary>
    public const string Remote = "origin";

    private const string Missing = "?";

    /// <summary>The configuration of one command that may do with less than all, or fetches so.</summary>
    public static IEnumerable<string> Settings(string address) =>
    [
        $"remote.{Remote}.url={address}", $"remote.{Remote}.promisor=true", $"remote.{Remote}.partialclonefilter=blob:none", $"remote.{Remote}.followRemoteHEAD=never",
    ];

    /// <summary>Whether this mirror was ever fetched so: git marks the packs.</summary>
    public bool IsPartial => Directory.Exists(Packs) && Directory.EnumerateFiles(Packs, "*.promisor").Any();

    /// <summary>Fetches the files of these commits that are not there yet, all in one go.</summary>
    /// <param name="source">Whom to ask.</param>
    /// <param name="place">The mirror.</param>
    /// <param name="commits">They are there, with their folders.</param>
    /// <param name="cancellationToken">Ends git.</param>
    public async Task FetchFilesAsync(GitSource source, GitPlace place, IEnumerable<CommitId> commits, CancellationToken cancellationToken)
    {
        string[] names = [.. commits.Distinct().Select(commit => commit.Value)];
        var told = await git.RunAsync(place, ["rev-list", "--objects", "--no-object-names", "--no-walk", "--missing=print", .. names], cancellationToken);
        var missing = string.Concat(told.Split('\n').Where(line => line.StartsWith(Missing, StringComparison.Ordinal)).Select(line => $"{line[Missing.Length..]}\n"));
        if (missing.Length == 0)
            return;
        await git.RunAsync(
            await source.ContactAsync(place, cancellationToken) with { Lender = source.Address },
            ["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--stdin", Remote],
            cancellationToken,
            missing);
    }

    private string Packs => Path.Combine(repository, "objects", "pack");
}
