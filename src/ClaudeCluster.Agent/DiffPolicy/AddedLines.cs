using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>One line that a change adds.</summary>
internal readonly record struct AddedLine(string Path, int Number, string Text);

/// <summary>All lines that a change adds, those of binary files too.</summary>
internal static class AddedLines
{
    /// <exception cref="GitException">The change is too large to be read.</exception>
    public static async Task<IEnumerable<AddedLine>> ReadAsync(Git git, Workspace workspace, CommitId commit, CancellationToken cancellationToken) => Parse(await git.RunAsync(
        workspace.Repository,
        [
            "diff-tree", "-r", "--patch", "--text", "--unified=0", "--no-color", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none",
            workspace.Base.Value, commit.Value,
        ],
        cancellationToken));

    /// <summary>A hunk's header says how many lines follow, so a line that looks like a header is none.</summary>
    internal static IEnumerable<AddedLine> Parse(string patch)
    {
        var path = string.Empty;
        int number = 0, added = 0, removed = 0;
        foreach (var line in Lines(patch))
        {
            if (added > 0 && line.StartsWith('+'))
            {
                added--;
                yield return new AddedLine(path, number++, line[1..]);
            }
            else if (removed > 0 && line.StartsWith('-'))
            {
                removed--;
            }
            else if (line.StartsWith("+++ ", StringComparison.Ordinal))
            {
                path = line[4..].Trim('"').TrimEnd('\t');
                path = path.StartsWith("b/", StringComparison.Ordinal) ? path[2..] : path;
            }
            else if (line.StartsWith("@@ -", StringComparison.Ordinal))
            {
                var fields = line.Split(' ');
                (_, removed) = Range(fields[1]);
                (number, added) = Range(fields[2]);
            }
        }
    }

    private static IEnumerable<string> Lines(string text)
    {
        for (int start = 0, end; start < text.Length; start = end + 1)
        {
            end = text.IndexOf('\n', start) is var found and >= 0 ? found : text.Length;
            yield return text[start..end];
        }
    }

    /// <summary><c>+12,3</c> → line 12, 3 lines; without a count it is one.</summary>
    private static (int Start, int Count) Range(string text)
    {
        var parts = text[1..].Split(',');
        var start = int.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture);
        return (start, parts.Length == 1 ? 1 : int.Parse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
