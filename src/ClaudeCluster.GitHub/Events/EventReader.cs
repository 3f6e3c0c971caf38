namespace ClaudeCluster.GitHub;

/// <summary>
/// Reads GitHub's <c>issues</c> event. A webhook's body and the file that Actions names by <c>GITHUB_EVENT_PATH</c> are the same JSON, so both
/// read as the same <see cref="IssueEvent"/> with the same key.
/// </summary>
public static class EventReader
{
    /// <summary>Bytes: GitHub sends no larger webhook.</summary>
    public const int MaxSize = 25 * 1024 * 1024;

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

    internal static IssueEvent ReadEvent(JsonPayload payload)
    {
        var action = payload.Text("action");
        var repository = PayloadParts.Repository(payload.Object("repository"));
        var issue = PayloadParts.Issue(payload.Object("issue"));
        var sender = PayloadParts.Sender(payload.Object("sender"));
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

    private static string KeyOf(string action, RepositoryRef repository, IssueSnapshot issue, string label, Requester sender) => PayloadParts.Key(
        "1", action, PayloadParts.Text(repository.Id), PayloadParts.Text(issue.Number), label,
        PayloadParts.Text(issue.UpdatedAt.ToUnixTimeMilliseconds()), PayloadParts.Text(sender.Id), issue.Title, issue.Body);
}
