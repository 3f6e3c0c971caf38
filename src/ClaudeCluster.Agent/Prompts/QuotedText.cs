using System.Security.Cryptography;
using System.Text;

namespace ClaudeCluster.Agent;

/// <summary>
/// PURE. Other people's text inside a prompt: data between two markers that the text cannot contain. The markers look random and
/// are a hash of attempt and text, so the same attempt always has the same prompt and nobody can write the closing marker beforehand.
/// </summary>
internal static class QuotedText
{
    /// <summary>Longer texts are cut, with a note.</summary>
    public const int MostBytes = 60_000;

    public static string Quote(string kind, string attemptId, string text)
    {
        var marker = $"{kind}-{MarkOf(attemptId, text)}";
        return $"<{marker}>\n{text}\n</{marker}>";
    }

    /// <summary>What a person sees of the text, no longer than allowed, without attachments.</summary>
    public static string Clean(string text, int mostBytes = MostBytes) => Disarm(CutEnd(HiddenText.Remove(text), mostBytes).Trim('\n', ' ', '\t'));

    /// <summary>As <see cref="Clean"/>, of output whose end matters most.</summary>
    public static string CleanTail(string text, int mostBytes) => Disarm(CutStart(HiddenText.Remove(text), mostBytes).Trim('\n', ' ', '\t'));

    /// <summary>A title or a name: one line.</summary>
    public static string CleanLine(string text, int mostBytes = 500) => Clean(text.ReplaceLineEndings(" "), mostBytes).ReplaceLineEndings(" ");

    /// <summary>
    /// The CLI attaches the file of every <c>@path</c> at the start of a word, asking nobody, wherever in the prompt it stands (measured with
    /// 2.1.330: after white space and after any character beyond ASCII). A backslash before it makes it plain text.
    /// </summary>
    public static string Disarm(string text)
    {
        var disarmed = new StringBuilder(text.Length + 16);
        var before = ' ';
        foreach (var character in text)
        {
            if (character == '@' && (!char.IsAscii(before) || char.IsWhiteSpace(before) || char.IsControl(before)))
                disarmed.Append('\\');
            disarmed.Append(character);
            before = character;
        }

        return disarmed.ToString();
    }

    private static string MarkOf(string attemptId, string text)
    {
        for (var salt = 0; ; salt++)
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{attemptId}\n{salt}\n{text}")));
            var mark = Convert.ToHexStringLower(hash)[..16];
            if (!text.Contains(mark, StringComparison.OrdinalIgnoreCase))
                return mark;
        }
    }

    private static string CutEnd(string text, int mostBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= mostBytes)
            return text;
        var kept = 0;
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if ((bytes += rune.Utf8SequenceLength) > mostBytes)
                break;
            kept += rune.Utf16SequenceLength;
        }

        return FormattableString.Invariant($"{text[..kept]}\n[cut here: {text.Length - kept} more characters]");
    }

    private static string CutStart(string text, int mostBytes)
    {
        var total = Encoding.UTF8.GetByteCount(text);
        if (total <= mostBytes)
            return text;
        var skipped = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (total <= mostBytes)
                break;
            total -= rune.Utf8SequenceLength;
            skipped += rune.Utf16SequenceLength;
        }

        return FormattableString.Invariant($"[cut here: {skipped} characters before]\n{text[skipped..]}");
    }
}
