using System.Globalization;
using System.Text.RegularExpressions;

namespace ClaudeCluster.Agent;

/// <summary>PURE. The message of an attempt's commit. The issue's title is a stranger's text: one clean line is all that remains of it.</summary>
public static partial class CommitMessage
{
    private const int LongestTitle = 72;

    public static string Write(AgentTask task) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {WorkTitle.Of(task.Issue, LongestTitle)}

        Resolves #{task.Issue.Number}

        Co-authored-by: {Word(task.Requester.Login)} <{Word(task.Requester.NoReplyAddress)}>
        Claude-Cluster-Flow: {Flow(task)}
        Claude-Cluster-Attempt: {Word(task.AttemptId)}

        """);

    private static string Flow(AgentTask task) => BranchName.Parse(task.AttemptBranch) is { } branch
        ? string.Create(CultureInfo.InvariantCulture, $"issue-{task.Repository.Id}-{branch.Issue}-{branch.Generation}")
        : "unknown";

    private static string Word(string text) => NoWord().Replace(text, string.Empty);

    [GeneratedRegex(@"[^A-Za-z0-9@.+_\[\]-]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NoWord();
}
