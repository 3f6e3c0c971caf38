using System.Buffers;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>PURE. A value that is assigned to a name such as <c>API_TOKEN</c> and has no more order than a generated one.</summary>
internal static partial class AssignedSecret
{
    // Longer lines are made by machines: what assigns something there is no source.
    private const int LongestLine = 4000;

    // Bits for each character. English words have about 3, base64 of random bytes more than 4 at such lengths.
    private const double LeastEntropy = 3.5;

    private static readonly SearchValues<string> Names = SearchValues.Create(["secret", "token", "passw", "pwd", "key", "credential"], StringComparison.OrdinalIgnoreCase);

    // Files in which values stand without quotes.
    private static readonly string[] Bare = [".env", ".yml", ".yaml", ".properties", ".ini", ".conf", ".cfg"];

    // Full of checksums, and written by tools.
    private static readonly string[] Locks = [".lock", "-lock.json", ".lock.json", "-lock.yaml", "go.sum", "shrinkwrap.json"];

    public static bool IsIn(AddedLine line)
    {
        if (line.Text.Length > LongestLine || line.Text.AsSpan().IndexOfAny(Names) < 0)
            return false;
        var isBare = Bare.Any(ending => line.Path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) || line.Path.Contains(".env", StringComparison.Ordinal);
        if (Locks.Any(ending => line.Path.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) || DiffPolicy.IsTest(line.Path))
            return false;
        return Assignment().Matches(line.Text).Concat(isBare ? BareAssignment().Matches(line.Text) : [])
            .Any(match => !NoSecret().IsMatch(WholeName(line.Text, match.Groups["name"])) && LooksGenerated(match.Groups["value"].Value));
    }

    /// <summary>The pattern begins in the middle of a name: tried from each beginning of a word it would take long.</summary>
    private static string WholeName(string text, Group name)
    {
        var start = name.Index;
        while (start > 0 && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '-' or '.'))
            start--;
        return text[start..(name.Index + name.Length)];
    }

    private static bool LooksGenerated(string value) =>
        value.Count(char.IsAsciiDigit) >= 2 && value.Count(char.IsAsciiLetter) >= 4
        && !Placeholder.IsOne(value) && !Ordered().IsMatch(value) && Entropy(value) >= LeastEntropy;

    private static double Entropy(string value) => value.GroupBy(letter => letter)
        .Select(group => (double)group.Count() / value.Length)
        .Sum(share => -share * Math.Log2(share));

    private const string Name =
        @"(?<name>(?:secret|token|passw(?:or)?d|pwd|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key|credential)[A-Za-z0-9_.-]{0,30})[""'\]]{0,2}\s{0,8}(?:=>|:=|=|:)\s{0,8}";

    [GeneratedRegex(Name + @"@?[""'`](?<value>[^""'`\s]{16,200})[""'`]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex Assignment();

    [GeneratedRegex(Name + @"(?<value>[A-Za-z0-9+/_=~!@#%^&*-]{16,200})\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 2000)]
    private static partial Regex BareAssignment();

    [GeneratedRegex("hash|digest|checksum|integrity|public|tokenizer|tokenid|keyword", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoSecret();

    // UUIDs, addresses, paths, checksums with their kind before them, templates, calls, names in code.
    [GeneratedRegex(@"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$|://|^\.{0,2}/|^sha[0-9]{1,3}[-:]|\$\{|\{\{|\$\(|%[({]|[<>(){}\[\]]|^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)+$|^[a-z]+(?:[-_.:][a-z0-9]+)+$|^[A-Z]+(?:_[A-Z0-9]+)+$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ordered();
}
