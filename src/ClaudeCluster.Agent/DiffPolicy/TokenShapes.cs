using System.Buffers;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>
/// PURE. Credentials that are known by their look, as their makers have published it: a prefix that is hardly ever chance, then so many characters
/// of an alphabet. Text is searched for the prefixes in one pass; a pattern is asked only where one of them stands.
/// </summary>
internal static class TokenShapes
{
    public const string PrivateKey = "private key";

    private const string Word = "[A-Za-z0-9_-]";

    private static readonly TokenShape[] All =
    [
        new("GitHub token", "ghp_", "[A-Za-z0-9]{36,251}"),
        new("GitHub token", "gho_", "[A-Za-z0-9]{36,251}"),
        new("GitHub token", "ghu_", "[A-Za-z0-9]{36,251}"),
        new("GitHub token", "ghs_", "[A-Za-z0-9]{36,251}"),
        new("GitHub token", "ghr_", "[A-Za-z0-9]{36,251}"),
        new("GitHub token", "github_pat_", "[A-Za-z0-9_]{40,255}"),
        new("GitLab token", "glpat-", $"{Word}{{20,100}}"),
        new("AWS access key", "AKIA", @"[A-Z2-7]{16}(?![A-Za-z0-9])"),
        new("AWS access key", "ASIA", @"[A-Z2-7]{16}(?![A-Za-z0-9])"),
        new("Anthropic key", "sk-ant-", $"{Word}{{20,200}}"),
        new("OpenAI key", "sk-proj-", $"{Word}{{40,200}}"),
        new("Slack token", "xoxb-", "[A-Za-z0-9-]{20,200}"),
        new("Slack token", "xoxp-", "[A-Za-z0-9-]{20,200}"),
        new("Slack token", "xoxa-", "[A-Za-z0-9-]{20,200}"),
        new("Slack token", "xoxr-", "[A-Za-z0-9-]{20,200}"),
        new("Slack token", "xapp-", "[A-Za-z0-9-]{20,200}"),
        new("Slack webhook", "https://hooks.slack.com/services/", "[A-Za-z0-9/]{40,100}"),
        new("Google API key", "AIza", $"{Word}{{35}}(?!{Word})"),
        new("Google OAuth secret", "GOCSPX-", $"{Word}{{28}}"),
        new("Stripe key", "sk_live_", "[A-Za-z0-9]{20,200}"),
        new("Stripe key", "rk_live_", "[A-Za-z0-9]{20,200}"),
        new("npm token", "npm_", "[A-Za-z0-9]{36}(?![A-Za-z0-9])"),
        new("PyPI token", "pypi-", $"{Word}{{60,250}}"),
        new("NuGet key", "oy2", "[a-z0-9]{43}(?![A-Za-z0-9])"),
        new("SendGrid key", "SG.", @"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
        new("Azure storage key", "AccountKey=", "[A-Za-z0-9+/]{86}=="),
        new("JSON web token", "eyJ", @"[A-Za-z0-9_-]{15,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{20,1000}"),
        new(PrivateKey, "-----BEGIN ", @"(?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?:[^-]{0,12000}-----END [A-Z0-9 ]{5,40}-----)?"),
    ];

    private static readonly SearchValues<string> Prefixes = SearchValues.Create([.. All.Select(shape => shape.Prefix)], StringComparison.Ordinal);

    /// <summary>The first at or after a place.</summary>
    /// <returns>Where, how long, and what it is; null: there is none.</returns>
    public static (int Start, int Length, string Name)? Find(string text, int from)
    {
        for (var at = from; at < text.Length; at++)
        {
            var found = text.AsSpan(at).IndexOfAny(Prefixes);
            if (found < 0)
                return null;
            at += found;
            // In the middle of a longer word it is chance: base64 has every four letters somewhere.
            if (at > 0 && char.IsAsciiLetterOrDigit(text[at - 1]))
                continue;
            foreach (var shape in All)
            {
                if (shape.LengthAt(text, at) is { } length)
                    return (at, length, shape.Name);
            }
        }
        return null;
    }

    private sealed class TokenShape(string name, string prefix, string rest)
    {
        // At one place only, and every count has an end: no text makes it slow.
        private readonly Regex _rest = new($@"\G(?:{rest})", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

        public string Name => name;

        public string Prefix => prefix;

        public int? LengthAt(string text, int at) =>
            text.AsSpan(at).StartsWith(prefix, StringComparison.Ordinal) && _rest.Match(text, at + prefix.Length) is { Success: true } match
                ? prefix.Length + match.Length
                : null;
    }
}
