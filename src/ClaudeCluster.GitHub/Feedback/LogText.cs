using System.Text;
using System.Text.RegularExpressions;

namespace ClaudeCluster.GitHub;

/// <summary>PURE. A log as a person or a model reads it: without times, colours, and what only moves a cursor.</summary>
internal static class LogText
{
    // NonBacktracking: linear in the text, whatever it is.

    /// <summary>Colours and cursor (CSI), titles and links (OSC), and the short ones.</summary>
    private static readonly Regex Escapes = new(@"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|[ -/]*[0-Z\\-~])", RegexOptions.NonBacktracking);

    private static readonly Regex Time = new(@"^\uFEFF?[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?Z ?", RegexOptions.NonBacktracking | RegexOptions.Multiline);

    private static readonly Regex Invisible = new(@"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\uFEFF]", RegexOptions.NonBacktracking);

    /// <summary>Whatever the bytes are, they become text.</summary>
    public static string Of(byte[] log)
    {
        var text = Encoding.UTF8.GetString(log).ReplaceLineEndings("\n");
        return Shortened(Invisible.Replace(Time.Replace(Escapes.Replace(text, ""), ""), ""));
    }

    /// <summary>The end of it, from the beginning of a line where there is one.</summary>
    public static string Shortened(string text)
    {
        var trimmed = text.Trim();
        if (trimmed.Length <= LogEnd.Longest)
            return trimmed;
        var end = trimmed[^LogEnd.Longest..];
        var line = end.IndexOf('\n', StringComparison.Ordinal);
        return line >= 0 ? end[(line + 1)..] : char.IsLowSurrogate(end[0]) ? end[1..] : end;
    }
}
