using System.Text;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// PURE. Other people's text (titles, test output, what a coder claims) inside our markdown: it is shown as it is, and does nothing.
/// No escape sequence, hidden or direction-changing character survives; nobody is mentioned, no other issue is referenced or
/// closed, no HTML, no marker and no command of ours can be forged.
/// </summary>
internal static class SafeMarkdown
{
    private const string Ellipsis = "…";
    private const string Special = @"\`*[]~|$";
    private const string SpecialAtBegin = "#+-=";

    /// <summary>One line of text in which markdown means nothing.</summary>
    public static string Inline(string text, int maxLength = 300)
    {
        var line = Line(text, maxLength);
        var inline = new StringBuilder();
        for (var at = 0; at < line.Length; at++)
        {
            _ = line[at] switch
            {
                '<' => inline.Append("&lt;"),
                '>' => inline.Append("&gt;"),
                '&' => inline.Append("&amp;"),
                _ when MeansSomething(line, at) => inline.Append('\\').Append(line[at]),
                _ => inline.Append(line[at]),
            };
        }

        return inline.ToString();
    }

    /// <summary>To follow a colon, with the white space between: a line as <see cref="Inline"/>, several as a <see cref="Block"/> below.</summary>
    public static string Paragraph(string text, int maxLength) =>
        text.AsSpan().Trim().ContainsAny('\n', '\r') ? $"\n\n{Block(text, maxLength, keepEnd: false)}" : $" {Inline(text, maxLength)}";

    /// <summary>One line without any markup, for a pull request's title. Empty if nothing visible is left.</summary>
    public static string Line(string text, int maxLength)
    {
        var line = string.Join(' ', VisibleText.Of(text).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        return Cut(Defuse(line), maxLength);
    }

    /// <summary>One line of code.</summary>
    public static string Code(string text, int maxLength = 200)
    {
        var code = Cut(string.Join(' ', VisibleText.Of(text).Split('\n')).Trim(), maxLength);
        var ticks = new string('`', LongestRun(code) + 1);
        var room = code.Length == 0 || code[0] == '`' || code[^1] == '`' ? " " : string.Empty;
        return code.Length == 0 ? "(nothing)" : $"{ticks}{room}{code}{room}{ticks}";
    }

    /// <summary>One line of code inside a table, where a bar ends the cell even in code.</summary>
    public static string CodeCell(string text, int maxLength = 200) => Code(text, maxLength).Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>A block whose fence is longer than any in it. What is too long loses its beginning (<paramref name="keepEnd"/>) or its end.</summary>
    public static string Block(string text, int maxLength, bool keepEnd)
    {
        var clean = VisibleText.Of(text).Trim('\n');
        var shown = clean.Length <= maxLength ? clean
            : keepEnd ? $"{Ellipsis}\n{CutStart(clean, maxLength)}"
            : $"{Cut(clean, maxLength)}\n{Ellipsis}";
        var fence = new string('`', Math.Max(3, LongestRun(shown) + 1));
        return $"{fence}text\n{shown}\n{fence}";
    }

    /// <summary>A link if the address is one of the web, else the address as code.</summary>
    public static string Link(string words, string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && !url.AsSpan().ContainsAny("<>\\ \n")
            ? $"[{words}](<{VisibleText.Of(url)}>)"
            : $"{words} ({Code(url)})";

    // Only what would act: raw markdown is also read in terminals and files, where a backslash before each dot is a nuisance.
    private static bool MeansSomething(string line, int at) => line[at] switch
    {
        '_' => at == 0 || at == line.Length - 1 || !char.IsLetterOrDigit(line[at - 1]) || !char.IsLetterOrDigit(line[at + 1]),
        '.' or ')' => at > 0 && line.AsSpan(0, at).IndexOfAnyExceptInRange('0', '9') < 0,
        var character => Special.Contains(character, StringComparison.Ordinal) || (at == 0 && SpecialAtBegin.Contains(character, StringComparison.Ordinal)),
    };

    /// <summary>A full-width look-alike is read by people and by no mention, reference or closing word.</summary>
    private static string Defuse(string line)
    {
        var defused = new StringBuilder(line);
        for (var at = 0; at < line.Length; at++)
        {
            var before = at > 0 ? line[at - 1] : ' ';
            var after = at + 1 < line.Length ? line[at + 1] : ' ';
            if (line[at] == '@' && !char.IsAsciiLetterOrDigit(before))
                defused[at] = '＠';
            else if (line[at] == '#' && char.IsAsciiDigit(after))
                defused[at] = '＃';
            else if (line[at] == '-' && char.IsAsciiDigit(after) && line.AsSpan(0, at).EndsWith("gh", StringComparison.OrdinalIgnoreCase))
                defused[at] = '－';
            else if (line[at] == ':' && line.AsSpan(at).StartsWith("://", StringComparison.Ordinal))
                defused[at] = '：';
            else if (line[at] == '.' && line.AsSpan(0, at).EndsWith("www", StringComparison.OrdinalIgnoreCase))
                defused[at] = '．';
        }

        return defused.ToString();
    }

    private static string Cut(string text, int maxLength)
    {
        if (text.Length <= maxLength)
            return text;
        var end = maxLength - Ellipsis.Length;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), Ellipsis);
    }

    private static string CutStart(string text, int maxLength)
    {
        var start = text.Length - maxLength;
        return text[(char.IsLowSurrogate(text[start]) ? start + 1 : start)..];
    }

    private static int LongestRun(string text)
    {
        int longest = 0, run = 0;
        foreach (var character in text)
        {
            run = character == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
