using System.Globalization;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. The names of our branches, which parse back, so that a pull request's event finds its flow by its head.</summary>
/// <param name="Issue">The issue's number.</param>
/// <param name="Generation">The flow's generation, from 1.</param>
/// <param name="Attempt">The attempt's number, from 1; null for the pull request branch.</param>
public sealed partial record BranchName(int Issue, int Generation, int? Attempt)
{
    public override string ToString() => Attempt is { } attempt
        ? string.Create(CultureInfo.InvariantCulture, $"claude/wip/{Issue}-{Generation}-a{attempt}")
        : string.Create(CultureInfo.InvariantCulture, $"claude/issue-{Issue}{(Generation > 1 ? $"-{Generation}" : "")}");

    /// <returns>Null if the branch is not one of ours.</returns>
    public static BranchName? Parse(string branch)
    {
        var match = Pattern().Match(branch);
        if (!match.Success)
            return null;
        var isAttempt = match.Groups["attempt"].Success;
        if (!TryNumber(match.Groups[isAttempt ? "wip" : "issue"], out var issue)
            || !TryNumber(match.Groups["generation"], out var generation)
            || !TryNumber(match.Groups["attempt"], out var attempt))
            return null;
        var name = new BranchName(issue ?? 0, generation ?? 1, attempt);
        return name.ToString() == branch ? name : null;
    }

    private static bool TryNumber(Group group, out int? number)
    {
        number = null;
        if (!group.Success)
            return true;
        if (!int.TryParse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed))
            return false;
        number = parsed;
        return true;
    }

    [GeneratedRegex(@"\Aclaude/(?:issue-(?<issue>[0-9]+)(?:-(?<generation>[0-9]+))?|wip/(?<wip>[0-9]+)-(?<generation>[0-9]+)-a(?<attempt>[0-9]+))\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
