using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>
/// PURE. Removes what a person who reads the issue on GitHub does not see, so that nobody can speak to the model behind the
/// reader's back: control and format characters, ANSI sequences, HTML comments, texts of images and titles of links.
/// </summary>
internal static class HiddenText
{
    // NonBacktracking: linear in the text, whatever an issue says.
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    private static readonly Regex AnsiSequence = new(@"[\x1B\x9B][\[\]()#;?]*(?:[0-9;:?]*[@-~])?", Linear);
    private static readonly Regex Comment = new(@"<!--(?s:.*?)-->", Linear);
    private static readonly Regex OpenComment = new(@"(?m:^)[ ]{0,3}<!--(?s:.*)", Linear);
    private static readonly Regex MarkdownImage = new(@"!\[[^\]]*\]\(\s*(?<url><[^>\n]*>|[^\s)]*)[^)]*\)", Linear);
    private static readonly Regex ReferenceImage = new(@"!\[[^\]]*\]\[(?<id>[^\]]*)\]", Linear);
    private static readonly Regex LinkTitle = new(@"\]\(\s*(?<url><[^>\n]*>|[^\s)]+)\s+(?:""[^""]*""|'[^']*'|\([^)]*\))\s*\)", Linear);
    private static readonly Regex Definition = new(
        @"(?m:^)[ ]{0,3}\[(?<label>(?:\\[^\n]|[^\]\[\\^])(?:\\[^\n]|[^\]\[\\])*)\]:[ \t]*\n?[ \t]*(?<url><[^>\n]*>|[^\s<]\S*)(?:[ \t\n]+(?:""[^""]*""|'[^']*'|\([^)\n]*\)))?[ \t]*(?m:$)\n?", Linear);

    private static readonly Regex Reference = new(@"\]\[(?<label>(?:\\[^\n]|[^\]\[\\])+)\]", Linear);
    private static readonly Regex HtmlImage = new(@"<(?:img|image|svg|area)\b[^>]*>", Linear);
    private static readonly Regex HtmlSource = new(@"\bsrc\s*=\s*(?:""(?<url>[^""]*)""|'(?<url>[^']*)'|(?<url>[^\s>""']+))", Linear);

    public static string Remove(string text)
    {
        text = RemoveCharacters(AnsiSequence.Replace(Normalise(text), string.Empty));
        // A space in its place: two halves around a removed piece must not become a new one.
        text = Comment.Replace(text, " ");
        text = OpenComment.Replace(text, " ");
        text = MarkdownImage.Replace(text, "![](${url})");
        text = ReferenceImage.Replace(text, "![][${id}]");
        text = LinkTitle.Replace(text, "](${url})");
        text = WithoutDefinitions(text);
        return HtmlImage.Replace(text, image => HtmlSource.Match(image.Value) is { Success: true } source ? $"<img src=\"{source.Groups["url"].Value}\">" : "<img>");
    }

    /// <summary>The page shows neither <c>[label]: address "title"</c> nor the label in <c>[words][label]</c>: the address takes the label's place.</summary>
    private static string WithoutDefinitions(string text)
    {
        var addresses = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        text = Definition.Replace(text, definition =>
        {
            addresses.TryAdd(definition.Groups["label"].Value.Trim(), definition.Groups["url"].Value);
            return string.Empty;
        });
        return addresses.Count == 0 ? text : Reference.Replace(
            text, reference => addresses.TryGetValue(reference.Groups["label"].Value.Trim(), out var address) ? $"]({address})" : reference.Value);
    }

    private static string Normalise(string text) => text.ReplaceLineEndings("\n");

    private static string RemoveCharacters(string text)
    {
        var kept = new StringBuilder(text.Length);
        // A lone surrogate is enumerated as U+FFFD, so the result is always valid text.
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsHidden(rune))
                kept.Append(rune.ToString());
        }

        return kept.ToString();
    }

    private static bool IsHidden(Rune rune) => rune.Value switch
    {
        '\n' or '\t' => false,
        0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2800 or 0x3164 or 0xFFA0 => true, // fillers: letters or marks that show nothing
        >= 0x180B and <= 0x180F or >= 0xFE00 and <= 0xFE0F or >= 0xE0000 and <= 0xE0FFF => true, // variation selectors and tags
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned,
    };
}
