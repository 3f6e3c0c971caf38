using System.Globalization;
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

    /// <summary>One line without any markup, for a pull request's title. Empty if nothing visible is left.</summary>
    public static string Line(string text, int maxLength)
    {
        var line = string.Join(' ', Clean(text).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        return Cut(Defuse(line), maxLength);
    }

    /// <summary>One line of code.</summary>
    public static string Code(string text, int maxLength = 200)
    {
        var code = Cut(string.Join(' ', Clean(text).Split('\n')).Trim(), maxLength);
        var ticks = new string('`', LongestRun(code) + 1);
        var room = code.Length == 0 || code[0] == '`' || code[^1] == '`' ? " " : string.Empty;
        return code.Length == 0 ? "(nothing)" : $"{ticks}{room}{code}{room}{ticks}";
    }

    /// <summary>One line of code inside a table, where a bar ends the cell even in code.</summary>
    public static string CodeCell(string text, int maxLength = 200) => Code(text, maxLength).Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>A block whose fence is longer than any in it. What is too long loses its beginning (<paramref name="keepEnd"/>) or its end.</summary>
    public static string Block(string text, int maxLength, bool keepEnd)
    {
        var clean = Clean(text).Trim('\n');
        var shown = clean.Length <= maxLength ? clean
            : keepEnd ? $"{Ellipsis}\n{CutStart(clean, maxLength)}"
            : $"{Cut(clean, maxLength)}\n{Ellipsis}";
        var fence = new string('`', Math.Max(3, LongestRun(shown) + 1));
        return $"{fence}text\n{shown}\n{fence}";
    }

    /// <summary>A link if the address is one of the web, else the address as code.</summary>
    public static string Link(string words, string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && !url.AsSpan().ContainsAny("<>\\ \n")
            ? $"[{words}](<{Clean(url)}>)"
            : $"{words} ({Code(url)})";

    // Only what would act: raw markdown is also read in terminals and files, where a backslash before each dot is a nuisance.
    private static bool MeansSomething(string line, int at) => line[at] switch
    {
        '_' => at == 0 || at == line.Length - 1 || !char.IsLetterOrDigit(line[at - 1]) || !char.IsLetterOrDigit(line[at + 1]),
        '.' or ')' => at > 0 && line.AsSpan(0, at).IndexOfAnyExceptInRange('0', '9') < 0,
        var character => Special.Contains(character, StringComparison.Ordinal) || (at == 0 && SpecialAtBegin.Contains(character, StringComparison.Ordinal)),
    };

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        var plain = WithoutEscapes(text.ReplaceLineEndings("\n"));
        foreach (var rune in plain.EnumerateRunes())
        {
            if (rune.Value == '\n')
                clean.Append('\n');
            else if (rune.Value == '\t' || Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator)
                clean.Append(' ');
            else if (!IsHidden(rune))
                clean.Append(rune.ToString());
        }

        return string.Join('\n', clean.Replace("<!--", "<! --").Replace("-->", "-- >").ToString().Split('\n').Select(WithoutCommand));
    }

    /// <summary>Terminal escape sequences, with their parameters, so that no "[31m" is left behind.</summary>
    private static string WithoutEscapes(string text)
    {
        if (!text.AsSpan().ContainsAny('\u001b', '\u009b'))
            return text;
        var plain = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            if (text[at] is '\u001b' or '\u009b')
                at = EndOfEscape(text, at);
            else
                plain.Append(text[at++]);
        }

        return plain.ToString();
    }

    private static int EndOfEscape(string text, int at)
    {
        var kind = text[at] == '\u009b' ? '[' : at + 1 < text.Length ? text[++at] : '\0';
        at++;
        if (kind == '[')
        {
            while (at < text.Length && text[at] is >= ' ' and < '@')
                at++;
            return Math.Min(text.Length, at + 1);
        }

        if (kind is not (']' or 'P' or '_' or '^' or 'X'))
            return Math.Min(text.Length, at);
        while (at < text.Length && text[at] is not ('\u0007' or '\u001b' or '\u009c' or '\n'))
            at++;
        return at < text.Length && text[at] is '\u0007' or '\u009c' ? at + 1 : at;
    }

    private static bool IsHidden(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2800 or 0x3164 or 0xFFA0
            or (>= 0x180B and <= 0x180F) or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0000 and <= 0xE0FFF);

    private static string WithoutCommand(string line)
    {
        var indent = line.Length - line.TrimStart(' ').Length;
        return line.AsSpan(indent).StartsWith("/claude", StringComparison.OrdinalIgnoreCase) ? $"{line[..indent]}∕{line[(indent + 1)..]}" : line;
    }

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
