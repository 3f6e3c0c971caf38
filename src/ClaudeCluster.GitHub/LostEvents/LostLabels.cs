using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>
/// Who put a label on an issue, took it away or closed it, by one question that has the issue's text too, which whoever gave a command there had
/// before them. An event is a snapshot of the text that its sender saw; this one is read later. So a text that somebody else has changed since is
/// not believed to be the one that work was asked for with.
/// </summary>
internal sealed class LostLabels(GraphQl graphQl)
{
    private const string Document = """
        query ReadLabelling($owner: String!, $name: String!, $number: Int!) {
          repository(owner: $owner, name: $name) {
            issue(number: $number) {
              title body url state lastEditedAt
              author { login }
              editor { login }
              labels(first: 100) { nodes { name } }
              timelineItems(last: 100, itemTypes: [LABELED_EVENT, UNLABELED_EVENT, CLOSED_EVENT, RENAMED_TITLE_EVENT]) {
                nodes {
                  __typename
                  ... on LabeledEvent { createdAt label { name } actor { __typename login ... on User { databaseId } ... on Bot { databaseId } } }
                  ... on UnlabeledEvent { createdAt label { name } actor { __typename login ... on User { databaseId } ... on Bot { databaseId } } }
                  ... on ClosedEvent { createdAt actor { __typename login ... on User { databaseId } ... on Bot { databaseId } } }
                  ... on RenamedTitleEvent { createdAt actor { login } }
                }
              }
            }
          }
        }
        """;

    public async Task<Labelling> ReadAsync(RepositoryRef repository, int number, string label, CancellationToken cancellationToken) =>
        await AskAsync(repository, number, cancellationToken) is { } issue ? Read(repository, number, label, issue) : new(null, "the issue is gone");

    public async Task<IssueSnapshot?> ReadTextAsync(RepositoryRef repository, int number, DateTimeOffset at, Requester by, CancellationToken cancellationToken) =>
        await AskAsync(repository, number, cancellationToken) is { } issue && EditorSince(issue, TimelineOf(issue), at, by) is null ? SnapshotOf(number, issue, at) : null;

    /// <summary>The last thing that stands and that would have stopped work on the issue.</summary>
    /// <param name="trigger">Null: work was not asked for by a label.</param>
    public async Task<IssueEvent?> ReadStopAsync(RepositoryRef repository, int number, string? trigger, IReadOnlyList<string> exclude, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (await AskAsync(repository, number, cancellationToken) is not { } issue)
            return null;
        var now = SnapshotOf(number, issue, since);
        return TimelineOf(issue).Select(item => StopOf(item)).LastOrDefault(stop => stop is not null);

        IssueEvent? StopOf(JsonElement item)
        {
            if (item.TimeOf("createdAt") is not { } at || at < since || item.PersonOf("actor") is not { } sender)
                return null;
            var (type, label, snapshot) = (item.TextOf("__typename") ?? string.Empty, item.Child("label")?.TextOf("name") ?? string.Empty, now with { UpdatedAt = at });
            var key = PayloadParts.Key("lost", "stop", PayloadParts.Text(repository.Id), PayloadParts.Text(number), type, label, PayloadParts.Text(at.ToUnixTimeMilliseconds()), sender.Login);
            return type switch
            {
                "ClosedEvent" when !now.IsOpen => new IssueEvent.Closed { Key = key, Repository = repository, Issue = snapshot, Sender = sender },
                "UnlabeledEvent" when Same(trigger, label) && !Bears(now, label) => new IssueEvent.Unlabeled(label) { Key = key, Repository = repository, Issue = snapshot, Sender = sender },
                "LabeledEvent" when exclude.Any(excluded => Same(excluded, label)) && Bears(now, label) => new IssueEvent.Labeled(label) { Key = key, Repository = repository, Issue = snapshot, Sender = sender },
                _ => null,
            };
        }
    }

    private async Task<JsonElement?> AskAsync(RepositoryRef repository, int number, CancellationToken cancellationToken)
    {
        var question = new GraphQlQuestion(repository.FullName, "ReadLabelling", Document) { MayLack = [("NOT_FOUND", "issue")] };
        var data = await graphQl.AskAsync(question, Write, cancellationToken);
        var found = data.Child("repository") ?? throw GitHubFiles.Gone(repository);
        return found.Child("issue");

        void Write(Utf8JsonWriter variables)
        {
            GraphQlNames.Write(variables, repository);
            variables.WriteNumber("number", number);
        }
    }

    private static Labelling Read(RepositoryRef repository, int number, string label, JsonElement issue)
    {
        var timeline = TimelineOf(issue);
        var set = timeline.Where(item => item.TextOf("__typename") == "LabeledEvent" && Same(item.Child("label")?.TextOf("name"), label)).ToList();
        if (set is not [.., var last] || last.TimeOf("createdAt") is not { } at)
            return new(null, $"GitHub does not say when the label '{label}' was set");
        if (last.PersonOf("actor") is not { } sender)
            return new(null, $"GitHub does not say who set the label '{label}'");
        if (EditorSince(issue, timeline, at, sender) is { } editor)
            return new(null, $"'{editor}' edited the issue after '{sender.Login}' had set the label '{label}'; set it anew to ask for work with the text as it is now");
        var snapshot = SnapshotOf(number, issue, at);
        return new(
            new(label)
            {
                Key = PayloadParts.Key("lost", "label", PayloadParts.Text(repository.Id), PayloadParts.Text(number), label, PayloadParts.Text(at.ToUnixTimeMilliseconds()), sender.Login, snapshot.Title, snapshot.Body),
                Repository = repository,
                Issue = snapshot,
                Sender = sender,
            },
            null);
    }

    private static IReadOnlyList<JsonElement> TimelineOf(JsonElement issue) => [.. issue.Child("timelineItems")?.ListOf("nodes") ?? []];

    private static IssueSnapshot SnapshotOf(int number, JsonElement issue, DateTimeOffset at) => new()
    {
        Number = number,
        Title = issue.TextOf("title") ?? string.Empty,
        Body = issue.TextOf("body") ?? string.Empty,
        Labels = [.. issue.Child("labels")?.ListOf("nodes").Select(node => node.TextOf("name")).OfType<string>() ?? []],
        Author = issue.Child("author")?.TextOf("login") is { } author && GitHubNames.IsLogin(author) ? author : "ghost",
        IsOpen = issue.TextOf("state") != "CLOSED",
        Url = issue.TextOf("url"),

        // The event's own time, and not the issue's: a flow that ended since is not begun anew.
        UpdatedAt = at,
    };

    /// <summary>Times are whole seconds: what happened in the same one counts as later.</summary>
    /// <returns>Null: only who set the label.</returns>
    private static string? EditorSince(JsonElement issue, IEnumerable<JsonElement> timeline, DateTimeOffset at, Requester sender)
    {
        var titles = timeline.Where(item => item.TextOf("__typename") == "RenamedTitleEvent").Select(item => (At: item.TimeOf("createdAt"), By: item.Child("actor")?.TextOf("login")));
        var edits = titles.Append((At: issue.TimeOf("lastEditedAt"), By: issue.Child("editor")?.TextOf("login")));
        return edits.Where(edit => edit.At >= at && !Same(edit.By, sender.Login)).Select(edit => edit.By ?? "somebody").FirstOrDefault();
    }

    private static bool Bears(IssueSnapshot issue, string label) => issue.Labels.Any(has => Same(has, label));

    private static bool Same(string? one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
