using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. From a comment to the command in it.</summary>
public static class CommandReader
{
    /// <summary>Before each command.</summary>
    public const string Prefix = "/claude";

    private const int LongestText = 16_000;
    private const decimal MostUsd = 1000m;

    private static readonly string[] Words = ["status", "explain", "run", "retry", "cancel", "pause", "resume", "approve", "reject", "budget", "help"];

    /// <returns>Null: the comment is no command. What is one, and cannot be understood, is <see cref="SteeringCommand.Help"/> with the problem.</returns>
    public static SteeringCommand? Read(string comment)
    {
        var text = Trimmed(comment);
        if (!text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || (text.Length > Prefix.Length && !IsBlank(text[Prefix.Length])))
            return null;
        var (word, rest) = Split(Trimmed(text[Prefix.Length..]));
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
        for (var end = 0; end < text.Length; end++)
        {
            if (IsBlank(text[end]))
                return (text[..end], Trimmed(text[end..]));
        }

        return (text, string.Empty);
    }

    private static string Trimmed(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && IsBlank(text[start]))
            start++;
        while (end > start && IsBlank(text[end - 1]))
            end--;
        return text[start..end];
    }

    /// <summary>What is copied from a page brings marks with it that nobody sees: a word does not begin or end with one.</summary>
    private static bool IsBlank(char character) => char.IsWhiteSpace(character) || char.GetUnicodeCategory(character) == UnicodeCategory.Format;

    private static string Shortened(string text) =>
        text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];
}
