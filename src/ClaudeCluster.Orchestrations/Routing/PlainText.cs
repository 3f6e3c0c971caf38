using System.Globalization;
using System.Text;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// PURE. Text made comparable: full-width letters and half-width katakana become the usual ones, kana and their voicing marks one
/// character, white space one blank, invisible characters and HTML comments nothing.
/// </summary>
/// <remarks>Written by hand because normalisation to form KC does nothing where a program runs without ICU, and routing must not depend on that.</remarks>
internal static class PlainText
{
    private const string HalfWidthKatakana = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";
    private const string CanBeVoiced = "カキクケコサシスセソタチツテトハヒフヘホかきくけこさしすせそたちつてとはひふへほ";
    private const string CanBeHalfVoiced = "ハヒフヘホはひふへほ";

    public static string From(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var character in WithoutComments(text))
            Append(plain, Usual(character));
        return plain.ToString().Trim();
    }

    private static void Append(StringBuilder plain, char character)
    {
        var last = plain.Length > 0 ? plain[^1] : '\0';
        if (character is '\u3099' or '\uFF9E' && CanBeVoiced.Contains(last, StringComparison.Ordinal))
            plain[^1] = (char)(last + 1);
        else if (character is '\u3099' or '\uFF9E' && last is 'ウ')
            plain[^1] = 'ヴ';
        else if (character is '\u309A' or '\uFF9F' && CanBeHalfVoiced.Contains(last, StringComparison.Ordinal))
            plain[^1] = (char)(last + 2);
        else if (char.IsWhiteSpace(character) || char.IsControl(character) || character == '\u200B')
            AppendBlank(plain, last);
        else if (char.GetUnicodeCategory(character) != UnicodeCategory.Format)
            plain.Append(character);
    }

    private static void AppendBlank(StringBuilder plain, char last)
    {
        if (last != ' ')
            plain.Append(' ');
    }

    private static char Usual(char character) => character switch
    {
        >= '\uFF01' and <= '\uFF5E' => (char)(character - 0xFEE0),
        >= '\uFF61' and <= '\uFF9D' => HalfWidthKatakana[character - '\uFF61'],
        _ => character,
    };

    /// <summary>What a reader of the page does not see decides nothing. A comment that is never closed hides the rest if it begins a line.</summary>
    private static string WithoutComments(string text)
    {
        const string begin = "<!--", end = "-->";
        var seen = new StringBuilder(text.Length);
        var from = 0;
        while (text.IndexOf(begin, from, StringComparison.Ordinal) is >= 0 and var start)
        {
            seen.Append(text, from, start - from);
            var close = text.IndexOf(end, start + 2, StringComparison.Ordinal);
            if (close < 0)
                return BeginsLine(text, start) ? seen.ToString() : seen.Append(text, start, text.Length - start).ToString();
            seen.Append(' ');
            from = close + end.Length;
        }

        return from == 0 ? text : seen.Append(text, from, text.Length - from).ToString();
    }

    private static bool BeginsLine(string text, int index)
    {
        while (index > 0 && text[index - 1] == ' ')
            index--;
        return index == 0 || text[index - 1] is '\n' or '\r';
    }
}
