using System.Globalization;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// PURE. The issue's title as the title of our work: of the pull request, and of the commit. It is a stranger's text: it mentions nobody, closes
/// no other issue, and does not keep the repository's CI from running, here or in the message that a squash merge makes of it.
/// </summary>
internal static partial class WorkTitle
{
    public static string Of(IssueSnapshot issue, int maxLength)
    {
        // Round brackets, for without any the outer ones of "[[skip ci]]" would do.
        var title = SkipCi().Replace(SafeMarkdown.Line(issue.Title, maxLength), "($1)");
        return title.Length > 0 ? title : string.Create(CultureInfo.InvariantCulture, $"Resolve issue {issue.Number}");
    }

    [GeneratedRegex(@"\[\s*(skip ci|ci skip|no ci|skip actions|actions skip)\s*\]", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SkipCi();
}
