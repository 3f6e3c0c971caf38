using System.Globalization;
using System.Text;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// PURE. What a reader would see of a text, and nothing else: no terminal escapes, no hidden or direction-changing characters, one kind
/// of blank and of line end; and nothing that passes for a marker or a command of ours.
/// </summary>
internal static class VisibleText
{
    public static string Of(string text)
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
}
