using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeCluster.GitHub;

/// <summary>PURE. The parts that GitHub's events share: the repository, who did it, the issue, the pull request, and the key over what is said.</summary>
internal static class PayloadParts
{
    private const string GhostLogin = "ghost";

    public static RepositoryRef Repository(JsonPayload repository)
    {
        var isPrivate = repository.OptionalFlag("private");
        var visibility = repository.OptionalText("visibility");
        if (isPrivate is null && visibility is null)
            repository.ReportMissing("private");
        return new(
            repository.Number("id", long.MaxValue),
            repository.Text("full_name", GitHubNames.IsRepository, "owner/name"),
            repository.Text("default_branch", GitHubNames.IsBranch, "the name of a branch"),
            IsPublic: isPrivate == false || visibility == "public");
    }

    public static Requester Sender(JsonPayload sender) => new(
        sender.Text("login", GitHubNames.IsLogin, "a login"),
        sender.Number("id", long.MaxValue),
        IsBot: string.Equals(sender.OptionalText("type"), "Bot", StringComparison.OrdinalIgnoreCase));

    public static IssueSnapshot Issue(JsonPayload issue) => new()
    {
        Number = (int)issue.Number("number", int.MaxValue),
        Title = issue.Text("title"),
        Body = issue.OptionalText("body") ?? string.Empty,
        Labels = issue.Names("labels"),
        Author = Author(issue),
        IsOpen = issue.OptionalText("state") is not "closed",
        IsPullRequest = issue.OptionalObject("pull_request") is not null,
        Url = issue.OptionalText("html_url"),
        UpdatedAt = issue.Time("updated_at"),
    };

    public static WrittenComment Comment(JsonPayload comment) => new(
        new(Text(comment.Number("id", long.MaxValue))),
        comment.OptionalText("body") ?? string.Empty,
        Author(comment),
        comment.Time("created_at"),
        comment.Time("updated_at"));

    public static PullRequestSnapshot PullRequest(JsonPayload pull, RepositoryRef repository)
    {
        var head = pull.Object("head");
        return new(
            (int)pull.Number("number", int.MaxValue),
            head.Text("ref", GitHubNames.IsBranch, "the name of a branch"),
            Commit(head, "sha"),
            pull.Object("base").Text("ref", GitHubNames.IsBranch, "the name of a branch"),
            IsOpen: pull.OptionalText("state") is not "closed",
            IsDraft: pull.OptionalFlag("draft") == true,
            IsMerged: pull.OptionalFlag("merged") ?? pull.OptionalText("merged_at") is not null,
            IsFromFork: IsElsewhere(head.OptionalObject("repo"), repository),
            pull.Time("updated_at"));
    }

    /// <summary>A repository that is gone is not ours either.</summary>
    public static bool IsElsewhere(JsonPayload? found, RepositoryRef repository) => found is null || found.Number("id", long.MaxValue) != repository.Id;

    public static CommitId Commit(JsonPayload payload, string field) => new(payload.Text(field, IsSha, "a commit in hexadecimal"));

    public static bool IsSha(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigit);

    /// <summary>Over what the event says and not over its bytes: fields that differ by door, such as the installation, do not count.</summary>
    public static string Key(params IEnumerable<string> facts)
    {
        // Each with its length before it, so that no two lists of facts run together to the same text.
        var canonical = string.Concat(facts.Select(fact => $"{Text(fact.Length)}:{fact}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
    }

    /// <summary>Of a comment or a review that was just written: only what never changes of it, so that one that is found later, by looking, has the same.</summary>
    public static string KeyOfNew(string eventName, RepositoryRef repository, CommentId comment) => Key("1", eventName, "created", Text(repository.Id), comment.Value);

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>GitHub says null of an account that was deleted.</summary>
    private static string Author(JsonPayload written) => written.OptionalObject("user")?.Text("login", GitHubNames.IsLogin, "a login") ?? GhostLogin;
}
