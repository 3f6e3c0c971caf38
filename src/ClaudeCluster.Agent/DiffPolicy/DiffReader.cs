using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>Reads a change by git's plumbing, which no configuration of the repository colours, filters or shortens.</summary>
internal sealed class DiffReader(Git git)
{
    private const string Link = "120000";
    private const string Submodule = "160000";

    // More test files than this are not looked into line by line, nor larger ones, nor longer lines.
    private const int MostTestFiles = 200;
    private const int MostTestLines = 20_000;
    private const int MostTestBytes = 1024 * 1024;
    private const int LongestTestLine = 1000;

    public async Task<Change> ReadAsync(Workspace workspace, CommitId commit, CancellationToken cancellationToken)
    {
        var files = ParseRaw(await DiffAsync(workspace, commit, ["--raw", "--abbrev=64", "-z"], [], cancellationToken)).ToList();
        var lines = ParseNumbers(await DiffAsync(workspace, commit, ["--numstat", "-z"], [], cancellationToken));
        var sizes = await ReadSizesAsync(workspace, files.Where(file => file.Mode != Submodule && file.Status != 'D').Select(file => file.Blob), cancellationToken);
        var largeFiles = await ReadLargeFilesAsync(workspace, commit, sizes, cancellationToken);
        var changed = new List<ChangedFile>();
        int links = 0, tests = 0;
        foreach (var (mode, blob, status, path) in files)
        {
            var (added, removed) = lines.GetValueOrDefault(path);
            var file = new ChangedFile(path)
            {
                Added = added,
                Removed = removed,
                Bytes = sizes.GetValueOrDefault(blob),
                IsNew = status == 'A',
                IsDeleted = status == 'D',
                IsLink = mode == Link,
                IsSubmodule = mode == Submodule,
            };
            if (largeFiles.GetValueOrDefault(path) is { } large)
                file = file with { Bytes = large.Bytes, Added = large.IsBinary() ? null : added };
            if (file.IsLink && links++ < DiffPolicy.MostLinks)
                file = file with { LinkTarget = await git.RunAsync(workspace.Repository, ["cat-file", "blob", blob], cancellationToken) };
            if (file is { IsDeleted: false, IsNew: false, Added: not null } && DiffPolicy.IsTest(path))
                file = tests++ < MostTestFiles && file is { Bytes: < MostTestBytes } && file.Added + file.Removed < MostTestLines
                    ? WithLines(file, await DiffAsync(workspace, commit, ["--patch", "--unified=0", "--no-color"], ["--", $":(top,literal){path}"], cancellationToken))
                    : file with { IsUnread = true };
            changed.Add(file);
        }
        return new Change(changed);
    }

    /// <summary>What the change's pointers of git-lfs stand for.</summary>
    private async Task<Dictionary<string, LargeFile>> ReadLargeFilesAsync(Workspace workspace, CommitId commit, Dictionary<string, long> sizes, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, LargeFile>(StringComparer.Ordinal);
        if (workspace.LargeFiles is null)
            return found;
        foreach (var (mode, blob, _, path) in ParseRaw(await DiffAsync(workspace, commit, ["--raw", "--abbrev=64", "-z", "--text", "-G", LargeFile.Line], [], cancellationToken)))
        {
            if (mode is not Link and not Submodule && sizes.TryGetValue(blob, out var size) && size <= LargeFile.MostPointerBytes
                && LargeFile.Of(await git.RunAsync(workspace.Repository, ["cat-file", "blob", blob], cancellationToken), workspace.Repository.Repository) is { } large)
                found[path] = large;
        }
        return found;
    }

    private async Task<Dictionary<string, long>> ReadSizesAsync(Workspace workspace, IEnumerable<string> blobs, CancellationToken cancellationToken)
    {
        var asked = string.Concat(blobs.Distinct(StringComparer.Ordinal).Select(blob => $"{blob}\n"));
        var told = asked.Length == 0 ? string.Empty : await git.RunAsync(workspace.Repository, ["cat-file", "--batch-check=%(objectname) %(objectsize)"], cancellationToken, asked);
        return told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
            .ToDictionary(size => size[0], size => long.Parse(size[1], NumberStyles.None, CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    private Task<string> DiffAsync(Workspace workspace, CommitId commit, string[] format, string[] paths, CancellationToken cancellationToken) =>
        git.RunAsync(
            workspace.Repository,
            ["diff-tree", "-r", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", .. format, workspace.Base.Value, commit.Value, .. paths],
            cancellationToken);

    /// <summary><c>:old-mode new-mode old-blob new-blob status</c>, NUL, path, NUL.</summary>
    private static IEnumerable<(string Mode, string Blob, char Status, string Path)> ParseRaw(string raw)
    {
        var parts = raw.Split('\0');
        for (var i = 0; i + 1 < parts.Length; i += 2)
        {
            var fields = parts[i].Split(' ');
            yield return (fields[1], fields[3], fields[4][0], parts[i + 1]);
        }
    }

    /// <summary>Added, tab, removed, tab, path, NUL; hyphens for a binary file.</summary>
    private static Dictionary<string, (int? Added, int? Removed)> ParseNumbers(string numbers)
    {
        var files = new Dictionary<string, (int?, int?)>(StringComparer.Ordinal);
        foreach (var fields in numbers.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(entry => entry.Split('\t', 3)))
            files[fields[2]] = (Number(fields[0]), Number(fields[1]));
        return files;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static ChangedFile WithLines(ChangedFile file, string patch)
    {
        // The two lines that name the file stand before the first hunk.
        var lines = patch.Split('\n').SkipWhile(line => !line.StartsWith("@@", StringComparison.Ordinal)).ToList();
        return file with
        {
            AddedLines = [.. lines.Where(line => line.StartsWith('+')).Select(TextOf)],
            RemovedLines = [.. lines.Where(line => line.StartsWith('-')).Select(TextOf)],
        };
    }
    private static string TextOf(string line) => line[1..Math.Min(line.Length, LongestTestLine)];
}
