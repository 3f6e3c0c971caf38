using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>PURE. The message of an attempt's commit. The issue's title is a stranger's text: one clean line is all that remains of it.</summary>
public static partial class CommitMessage
{
    private const int LongestTitle = 72;

    public static string Write(AgentTask task) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {Title(task.Issue)}

        Resolves #{task.Issue.Number}

        Co-authored-by: {Word(task.Requester.Login)} <{Word(task.Requester.NoReplyAddress)}>
        Claude-Cluster-Flow: {Flow(task)}
        Claude-Cluster-Attempt: {Word(task.AttemptId)}

        """);

    private static string Title(IssueSnapshot issue)
    {
        var visible = new StringBuilder();
        foreach (var rune in issue.Title.EnumerateRunes())
            visible.Append(IsVisible(rune) ? rune.ToString() : " ");
        // The promoted commit's own message must not keep the repository's CI from running.
        var title = SkipCi().Replace(Spaces().Replace(visible.ToString(), " ").Trim(), "$1");
        if (title.Length == 0)
            return string.Create(CultureInfo.InvariantCulture, $"Work on issue {issue.Number}");
        return title.Length <= LongestTitle ? title : Cut(title);
    }

    private static string Cut(string title)
    {
        var end = LongestTitle - 1;
        if (char.IsHighSurrogate(title[end - 1]))
            end--;
        return title[..end].TrimEnd() + "…";
    }

    // Control, format (right-to-left marks, zero width), private and unassigned characters, and lone surrogates' replacement.
    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator) && rune != Rune.ReplacementChar;

    private static string Flow(AgentTask task) => BranchName.Parse(task.AttemptBranch) is { } branch
        ? string.Create(CultureInfo.InvariantCulture, $"issue-{task.Repository.Id}-{branch.Issue}-{branch.Generation}")
        : "unknown";

    private static string Word(string text) => NoWord().Replace(text, string.Empty);

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\[\s*(skip ci|ci skip|no ci|skip actions|actions skip)\s*\]", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SkipCi();

    [GeneratedRegex(@"[^A-Za-z0-9@.+_\[\]-]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoWord();
}
