using System.Buffers;
using System.Globalization;
using System.Text;

namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. From a comment to the command in it.</summary>
public static class CommandReader
{
    /// <summary>Before each command.</summary>
    public const string Prefix = "/claude";

    private const int LongestText = 16_000;
    private const decimal MostUsd = 1000m;
    private const char Joiner = '\u200d';

    // A line of GitHub's form ends with two characters, and a blank that was copied may be one that does not break.
    private static readonly SearchValues<char> Blanks = SearchValues.Create(" \t\r\n\u00a0\u2003\u2009\u202f\u3000");

    private static readonly string[] Words = ["status", "explain", "run", "retry", "cancel", "pause", "resume", "approve", "reject", "budget", "help"];

    /// <returns>Null: the comment is no command. What is one, and cannot be understood, is <see cref="SteeringCommand.Help"/> with the problem.</returns>
    public static SteeringCommand? Read(string comment)
    {
        var text = Visible(comment).Trim();
        if (!text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || (text.Length > Prefix.Length && !char.IsWhiteSpace(text[Prefix.Length])))
            return null;
        var (word, rest) = Split(text[Prefix.Length..].Trim());
        return word.ToLowerInvariant() switch
        {
            "" or "help" => new SteeringCommand.Help(null),
            "status" when rest.Length == 0 => new SteeringCommand.Status(),
            "explain" when rest.Length == 0 => new SteeringCommand.Explain(),
            "run" when rest.Length == 0 => new SteeringCommand.Run(),
            "retry" when rest.Length == 0 => new SteeringCommand.Retry(null),
            "retry" when ReadSpecialty(rest) is { } specialty => new SteeringCommand.Retry(specialty),
            "cancel" when rest.Length == 0 => new SteeringCommand.Cancel(),
            "pause" when rest.Length == 0 => new SteeringCommand.Pause(),
            "resume" when rest.Length == 0 => new SteeringCommand.Resume(),
            "approve" when rest.Length == 0 => new SteeringCommand.Approve(),
            "reject" => new SteeringCommand.Reject(Shortened(rest)),
            "budget" => ReadBudget(rest),
            // "cancel it" would be a bad thing to hand on as a piece of advice; "run the linter too" is one.
            "retry" or "cancel" or "pause" or "resume" or "approve" => new SteeringCommand.Help($"'{word.ToLowerInvariant()}' takes no such words: '{SafeMarkdown.Line(rest, 60)}'."),
            _ when rest.Length > 0 => new SteeringCommand.Guidance(Shortened($"{word} {rest}")),
            var unknown => new SteeringCommand.Help($"'{SafeMarkdown.Line(unknown, 40)}' is no command.{(Nearest.To(unknown, Words) is { } meant ? $" Did you mean '{meant}'?" : "")}"),
        };
    }

    /// <summary>Of <c>on frontend</c>.</summary>
    private static Specialty? ReadSpecialty(string rest)
    {
        var (on, name) = Split(rest);
        return string.Equals(on, "on", StringComparison.OrdinalIgnoreCase) && name.Length is > 0 and <= 50 && !name.Any(char.IsWhiteSpace)
            ? new Specialty(name.ToLowerInvariant())
            : null;
    }

    private static SteeringCommand ReadBudget(string rest) =>
        decimal.TryParse(rest.TrimStart('$'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var usd) && usd is >= 0.01m and <= MostUsd
            ? new SteeringCommand.Budget(usd)
            : new SteeringCommand.Help($"'budget' needs US dollars from 0.01 to {MostUsd}, such as 'budget 5'.");

    private static (string First, string Others) Split(string text)
    {
        var end = text.AsSpan().IndexOfAny(Blanks);
        return end < 0 ? (text, string.Empty) : (text[..end], text[end..].Trim());
    }

    /// <summary>What is copied from a page brings marks with it that nobody sees: what counts is what a person reads. A joiner in a picture stays.</summary>
    private static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (char.GetUnicodeCategory(character) != UnicodeCategory.Format || (character == Joiner && visible.Length > 0 && !char.IsAscii(visible[^1])))
                visible.Append(character);
        }

        return visible.ToString();
    }

    private static string Shortened(string text) =>
        text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];
}
