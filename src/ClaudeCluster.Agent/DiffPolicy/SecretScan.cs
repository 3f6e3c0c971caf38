using System.Globalization;

namespace ClaudeCluster.Agent;

/// <summary>
/// Looks for secrets in all that a push would send: added lines, names of files, the commit's message. Three kinds: this agent's own, in every
/// form that it may have been printed in; well-known kinds of credentials; and what is assigned to a name such as <c>password</c> and looks
/// like chance. The value itself is in no finding.
/// </summary>
internal sealed class SecretScan(IReadOnlyList<string> ownSecrets, TimeProvider time)
{
    private const int MostFindings = 20;

    // A change that takes longer was made to: it is not let through unread.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly SecretForms _own = new(ownSecrets);

    /// <returns>Place and rule of each finding; empty: the change may leave this PC.</returns>
    public IReadOnlyList<string> Scan(IEnumerable<AddedLine> lines, IEnumerable<string> paths, string message)
    {
        var start = time.GetTimestamp();
        var findings = new List<string>();
        foreach (var path in paths)
        {
            if (RuleFor(new AddedLine(string.Empty, 0, path), next: null) is { } rule)
                findings.Add($"The name of a changed file holds {rule}.");
        }
        foreach (var line in message.Split('\n'))
        {
            if (RuleFor(new AddedLine(string.Empty, 0, line), next: null) is { } rule)
                findings.Add($"The commit's message holds {rule}.");
        }
        AddedLine? before = null;
        var broken = string.Empty;
        foreach (var line in lines.Select(line => (AddedLine?)line).Append(null))
        {
            if (before is { } current && (RuleFor(current, line?.Text) ?? RuleForBroken(current, line, ref broken)) is { } rule)
                findings.Add(string.Create(CultureInfo.InvariantCulture, $"{WithoutOwn(current.Path)}:{current.Number} holds {rule}."));
            if (findings.Count >= MostFindings)
                return [.. findings, "And perhaps more."];
            if (time.GetElapsedTime(start) > Patience)
                return [.. findings, $"The change could not be searched for secrets within {Patience.TotalSeconds:0} seconds."];
            before = line;
        }
        return findings;
    }

    /// <summary>What lines have broken: their digits are put together for as long as the lines follow each other.</summary>
    /// <param name="line">The one that may be the last of it.</param>
    /// <param name="next">What comes after it.</param>
    /// <param name="digits">Of the lines before; from now on of this one too.</param>
    private string? RuleForBroken(AddedLine line, AddedLine? next, ref string digits)
    {
        if (_own.Wrapped.Longest == 0)
            return null;
        digits += WrappedForms.DigitsOf(line.Text);
        var isFound = _own.Wrapped.Find(digits, 0).Start >= 0;
        var goesOn = !isFound && next is { } follower && follower.Path == line.Path && follower.Number == line.Number + 1;
        digits = goesOn ? digits[Math.Max(0, digits.Length - _own.Wrapped.Longest)..] : string.Empty;
        return isFound ? "a secret of this agent itself" : null;
    }

    private string? RuleFor(AddedLine line, string? next)
    {
        if (_own.Find(line.Text, 0).Start >= 0)
            return "a secret of this agent itself";
        for (var found = TokenShapes.Find(line.Text, 0); found is { } token; found = TokenShapes.Find(line.Text, token.Start + token.Length))
        {
            var value = line.Text.AsSpan(token.Start, token.Length);
            if (token.Name == TokenShapes.PrivateKey ? HasKeyMaterial(line.Text[(token.Start + token.Length)..], next) : !Placeholder.IsOne(value))
                return $"what looks like a credential ({token.Name})";
        }
        return AssignedSecret.IsIn(line) ? "a value that looks secret by its name and by chance" : null;
    }

    /// <summary>Code that reads keys names the line that they begin with; only what follows makes it a key.</summary>
    private static bool HasKeyMaterial(string rest, string? next)
    {
        const int least = 40;
        return Longest(rest) >= least || (next is not null && Longest(next) >= least);

        static int Longest(string text)
        {
            int longest = 0, run = 0;
            foreach (var letter in text)
            {
                run = char.IsAsciiLetterOrDigit(letter) || letter is '+' or '/' or '=' ? run + 1 : 0;
                longest = Math.Max(longest, run);
            }
            return longest;
        }
    }

    private string WithoutOwn(string path) => _own.Find(path, 0).Start >= 0 ? Redaction.Mark : path;
}
