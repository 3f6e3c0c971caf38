using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeCluster.GitHub;

/// <summary>
/// Reads GitHub's <c>issues</c> event. A webhook's body and the file that Actions names by <c>GITHUB_EVENT_PATH</c> are the same JSON, so both
/// read as the same <see cref="IssueEvent"/> with the same key.
/// </summary>
public static class EventReader
{
    /// <summary>Bytes: GitHub sends no larger webhook.</summary>
    public const int MaxSize = 25 * 1024 * 1024;

    private const string GhostLogin = "ghost";

    /// <param name="body">The bytes as they came.</param>
    /// <param name="place">For problems: the file's name, or which door it came by.</param>
    /// <param name="eventName">GitHub's name of the event (a header, or <c>GITHUB_EVENT_NAME</c>); null: it is told by the body.</param>
    /// <exception cref="BadInputException">With all that is wrong, by JSON path.</exception>
    public static IssueEvent Read(ReadOnlyMemory<byte> body, string place, string? eventName = null)
    {
        using var json = PayloadJson.Parse(body, place, MaxSize);
        var payload = new JsonPayload(json.RootElement, place);
        RefuseOtherEvents(payload, place, eventName);
        var read = ReadEvent(payload);
        payload.ThrowIfBad();
        return read;
    }

    private static void RefuseOtherEvents(JsonPayload payload, string place, string? eventName)
    {
        const string fix = "Give an 'issues' event: somebody opened, labelled, edited or closed an issue.";
        if (eventName is not (null or EventKind.Issues))
            throw new BadInputException(place, $"The event is called '{eventName}'.", fix);
        if (EventKind.Of(payload) is var kind and not EventKind.Issues)
            throw new BadInputException(place, kind is null ? "It looks like no event of GitHub's: it has no 'issue'." : $"It looks like a '{kind}' event.", fix);
    }

    private static IssueEvent ReadEvent(JsonPayload payload)
    {
        var action = payload.Text("action");
        var repository = ReadRepository(payload.Object("repository"));
        var issue = ReadIssue(payload.Object("issue"));
        var sender = ReadSender(payload.Object("sender"));
        var label = action is "labeled" or "unlabeled" ? payload.Object("label").Text("name") : string.Empty;
        var key = KeyOf(action, repository, issue, label, sender);
        return action switch
        {
            "opened" => new IssueEvent.Opened { Key = key, Repository = repository, Issue = issue, Sender = sender },
            "labeled" => new IssueEvent.Labeled(label) { Key = key, Repository = repository, Issue = issue, Sender = sender },
            "unlabeled" => new IssueEvent.Unlabeled(label) { Key = key, Repository = repository, Issue = issue, Sender = sender },
            "edited" => new IssueEvent.Edited { Key = key, Repository = repository, Issue = issue, Sender = sender },
            "reopened" => new IssueEvent.Reopened { Key = key, Repository = repository, Issue = issue, Sender = sender },
            "closed" or "deleted" or "transferred" => new IssueEvent.Closed { Key = key, Repository = repository, Issue = issue with { IsOpen = false }, Sender = sender },
            _ => new IssueEvent.Other(action) { Key = key, Repository = repository, Issue = issue, Sender = sender },
        };
    }

    private static RepositoryRef ReadRepository(JsonPayload repository)
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

    private static IssueSnapshot ReadIssue(JsonPayload issue) => new()
    {
        Number = (int)issue.Number("number", int.MaxValue),
        Title = issue.Text("title"),
        Body = issue.OptionalText("body") ?? string.Empty,
        Labels = issue.Names("labels"),
        Author = issue.OptionalObject("user")?.Text("login", GitHubNames.IsLogin, "a login") ?? GhostLogin,
        IsOpen = issue.OptionalText("state") is not "closed",
        IsPullRequest = issue.OptionalObject("pull_request") is not null,
        Url = issue.OptionalText("html_url"),
        UpdatedAt = issue.Time("updated_at"),
    };

    private static Requester ReadSender(JsonPayload sender) => new(
        sender.Text("login", GitHubNames.IsLogin, "a login"),
        sender.Number("id", long.MaxValue),
        IsBot: string.Equals(sender.OptionalText("type"), "Bot", StringComparison.OrdinalIgnoreCase));

    /// <summary>Over what the event says and not over its bytes: fields that differ by door, such as the installation, do not count.</summary>
    private static string KeyOf(string action, RepositoryRef repository, IssueSnapshot issue, string label, Requester sender)
    {
        string[] facts =
        [
            "1", action, Invariant(repository.Id), Invariant(issue.Number), label,
            Invariant(issue.UpdatedAt.ToUnixTimeMilliseconds()), Invariant(sender.Id), issue.Title, issue.Body,
        ];

        // Each with its length before it, so that no two lists of facts run together to the same text.
        var canonical = string.Concat(facts.Select(fact => $"{Invariant(fact.Length)}:{fact}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
    }

    private static string Invariant(long number) => number.ToString(CultureInfo.InvariantCulture);
}
