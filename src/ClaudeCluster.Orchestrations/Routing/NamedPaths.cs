namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. What could be a path in a text: runs of letters, digits and <c>. _ - / @ +</c>, with a backslash read as a slash.</summary>
internal static class NamedPaths
{
    private const int MaxLength = 260;
    private const int MostPaths = 5000;

    /// <summary>Each once, in the order of the text.</summary>
    public static IReadOnlyList<string> In(string text)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        var start = 0;
        for (var index = 0; index <= text.Length && paths.Count < MostPaths; index++)
        {
            if (index < text.Length && IsPathCharacter(text[index]))
                continue;
            if (index - start is > 0 and <= MaxLength && Trim(text[start..index]) is { Length: > 0 } path)
                paths.Add(path);
            start = index + 1;
        }

        return [.. paths];
    }

    private static string Trim(string run)
    {
        var path = run.Replace('\\', '/').TrimEnd('.', '/', '-');
        while (path.StartsWith("./", StringComparison.Ordinal) || path.StartsWith('/'))
            path = path[(path.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return path;
    }

    // Japanese text borders a path without a blank, so letters beyond Latin, Greek and Cyrillic end it.
    private static bool IsPathCharacter(char character) =>
        character is '.' or '_' or '-' or '/' or '\\' or '@' or '+' || (character < '\u0530' && char.IsLetterOrDigit(character));
}
