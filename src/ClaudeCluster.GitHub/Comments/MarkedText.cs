namespace ClaudeCluster.GitHub;

/// <summary>PURE. Texts as long as GitHub takes them, and with the mark by which they are found again.</summary>
internal static class MarkedText
{
    /// <summary>Characters: GitHub takes no longer comment, and no longer text of a pull request.</summary>
    private const int Longest = 65_536;

    private const string Cut = "\n\n… (the rest is longer than GitHub takes)";

    /// <summary>The mark stays whatever is cut away.</summary>
    public static string With(CommentMarker marker, string markdown)
    {
        var mark = marker.ToString();
        var body = markdown.Contains(mark, StringComparison.Ordinal) ? markdown : $"{markdown}\n\n{mark}";
        return Shortened(body, $"{Cut}\n\n{mark}");
    }

    public static string Shortened(string markdown) => Shortened(markdown, Cut);

    private static string Shortened(string body, string end)
    {
        if (body.Length <= Longest)
            return body;
        var kept = Longest - end.Length;
        return body[..(char.IsHighSurrogate(body[kept - 1]) ? kept - 1 : kept)] + end;
    }
}
