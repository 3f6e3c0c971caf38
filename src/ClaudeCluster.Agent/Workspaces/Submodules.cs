using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeCluster.Agent;

/// <summary>
/// The submodules of the commit where an attempt begins, as plain files: they have mirrors of their own, and no git folder that a program in the work
/// tree could use. Git's own <c>submodule</c> command plays no part, as it believes what stands in configurations and in work trees.
/// </summary>
internal sealed class Submodules(Git git, Func<string, Mirror> mirrorOf, GitSource source, string mark)
{
    private const int Deepest = 5;
    private const string Link = "160000 ";

    private readonly List<Found> _found = [];

    /// <summary>Fills the folders of a work tree that stands at the commit. The source is asked for commits that this PC does not have.</summary>
    /// <exception cref="BadInputException">One is on another server.</exception>
    public async Task FindAndFillAsync(GitPlace repository, CommitId commit, string folder, CancellationToken cancellationToken)
    {
        _found.Clear();
        await FindAsync(repository, commit, string.Empty, source, 0, cancellationToken);
        await FillAsync(_found, folder, cancellationToken);
    }

    /// <summary>Fills those again that another commit still has, whatever that commit says of their addresses.</summary>
    public async Task FillAgainAsync(GitPlace repository, CommitId commit, string folder, CancellationToken cancellationToken)
    {
        if (_found.Count == 0)
            return;
        var still = (await LinksAsync(repository, commit, cancellationToken)).ToHashSet();
        var roots = _found.Where(found => still.Contains((found.Path, found.Commit))).Select(found => found.Path).ToList();
        await FillAsync(_found.Where(found => roots.Any(root => found.Path == root || found.Path.StartsWith($"{root}/", StringComparison.Ordinal))), folder, cancellationToken);
    }

    private async Task FindAsync(GitPlace repository, CommitId commit, string prefix, GitSource parent, int depth, CancellationToken cancellationToken)
    {
        if (depth > Deepest)
            throw new BadInputException(".gitmodules", $"The submodules of {prefix} are nested more than {Deepest} deep.", "Set 'submodules: false' below 'repositories' in agent.yml.");
        var addresses = await AddressesAsync(repository, commit, cancellationToken);
        foreach (var (path, linked) in await LinksAsync(repository, commit, cancellationToken))
        {
            if (!addresses.TryGetValue(path, out var url))
                continue;
            var its = parent with { Address = SubmoduleAddress.Resolve(parent.Address, prefix + path, url) };
            var mirror = mirrorOf($"submodule-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(its.Address)))[..20]}");
            await mirror.UseWithAsync(its, mark, linked, () => Task.CompletedTask, cancellationToken);
            _found.Add(new Found(prefix + path, linked, mirror));
            await FindAsync(mirror.Place(mark), linked, $"{prefix}{path}/", its, depth + 1, cancellationToken);
        }
    }

    /// <summary>Outer ones stand before inner ones.</summary>
    private async Task FillAsync(IEnumerable<Found> submodules, string folder, CancellationToken cancellationToken)
    {
        var number = 0;
        foreach (var (path, commit, mirror) in submodules)
        {
            var place = mirror.Place(mark) with { WorkTree = Path.Combine(folder, path), Index = string.Create(CultureInfo.InvariantCulture, $"{folder}.submodule-{++number}.index") };
            FolderRemoval.Remove(place.Index);
            await mirror.UseAsync(() => git.RunAsync(place, ["read-tree", "--reset", "-u", commit.Value], cancellationToken), cancellationToken);
        }
    }

    private async Task<List<(string Path, CommitId Commit)>> LinksAsync(GitPlace repository, CommitId commit, CancellationToken cancellationToken) =>
        [.. (await git.RunAsync(repository, ["ls-tree", "-r", "-z", "--full-tree", commit.Value], cancellationToken)).Split('\0')
            .Where(entry => entry.StartsWith(Link, StringComparison.Ordinal))
            .Select(entry => entry.Split('\t', 2))
            .Select(entry => (entry[1], new CommitId(entry[0].Split(' ')[2])))];

    private async Task<Dictionary<string, string>> AddressesAsync(GitPlace repository, CommitId commit, CancellationToken cancellationToken)
    {
        // Fails if there is no such file, or none of these keys.
        var told = await git.TryAsync(repository, ["config", "--blob", $"{commit.Value}:.gitmodules", "-z", "--get-regexp", @"^submodule\..*\.(path|url)$"], cancellationToken);
        var values = (told ?? string.Empty).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('\n', 2)).Where(entry => entry.Length == 2)
            .GroupBy(entry => entry[0], entry => entry[1], StringComparer.Ordinal).ToDictionary(entry => entry.Key, entry => entry.Last(), StringComparer.Ordinal);
        return values.Where(entry => entry.Key.EndsWith(".path", StringComparison.Ordinal) && values.ContainsKey($"{entry.Key[..^5]}.url"))
            .GroupBy(entry => entry.Value, entry => values[$"{entry.Key[..^5]}.url"], StringComparer.Ordinal)
            .ToDictionary(entry => entry.Key, entry => entry.Last(), StringComparer.Ordinal);
    }

    private readonly record struct Found(string Path, CommitId Commit, Mirror Mirror);
}
