using System.Globalization;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>What one look at an issue shows.</summary>
/// <param name="IssueId">GraphQL's id.</param>
/// <param name="LabelIds">Of the labels that were asked for, by name; null: the repository has none of that name.</param>
/// <param name="Marked">Our comments with the mark, oldest first.</param>
internal sealed record IssueView(string IssueId, IReadOnlyDictionary<string, string?> LabelIds, IReadOnlyList<MarkedComment> Marked);

/// <param name="Body">As it stands.</param>
internal sealed record MarkedComment(CommentId Id, string Body);

/// <summary>
/// Looks at an issue: which comments carry a flow's mark, and by which ids it is written to. Only our own comments count: anybody can write
/// the mark into a comment, and with write access we could edit a stranger's, who could then edit what we say. GraphQL tells whose it is
/// whatever the login; REST does not.
/// </summary>
internal sealed class IssueLook(GraphQl graphQl, RepositoryNodes nodes)
{
    /// <param name="labels">The names of those whose ids are wanted: a repository may have more labels than a page.</param>
    /// <summary>Newest comments are read first, and the search ends with the page that has one: ours is near the end of a long issue.</summary>
    /// <exception cref="GitHubException.NotFoundOrNoAccess">The issue was deleted, or moved to another repository.</exception>
    public async Task<IssueView> LookAsync(IssueRef issue, CommentMarker marker, IReadOnlyList<string> labels, CancellationToken cancellationToken)
    {
        var (before, document) = (default(string), DocumentFor(labels.Count));
        while (true)
        {
            var cursor = before;
            var data = await graphQl.AskAsync(new(issue.Repository.FullName, "LookAtIssue", document), variables => Write(variables, issue, labels, cursor), cancellationToken);
            var repository = data.Child("repository") ?? throw GitHubFiles.Gone(issue.Repository);
            nodes.Keep(issue.Repository, repository.TextOf("id"));
            var found = repository.Child("issueOrPullRequest") ?? throw Gone(issue);
            var comments = found.Child("comments") ?? throw Gone(issue);
            var view = new IssueView(found.TextOf("id") ?? throw Gone(issue), IdsOf(repository, labels), MarkedOf(comments, marker.ToString()));
            before = comments.Child("pageInfo") is { } page && page.Says("hasPreviousPage") ? page.TextOf("startCursor") : null;
            if (view.Marked.Count > 0 || before is null)
                return view;
        }
    }

    private static string DocumentFor(int labels)
    {
        var names = Enumerable.Range(0, labels).Select(Alias).ToList();
        var variables = string.Concat(names.Select(name => $", ${name}: String!"));
        var fields = string.Concat(names.Select(name => $"{name}: label(name: ${name}) {{ id }}\n    "));
        return $$"""
            query LookAtIssue($owner: String!, $name: String!, $number: Int!, $before: String{{variables}}) {
              repository(owner: $owner, name: $name) {
                id
                {{fields}}
                issueOrPullRequest(number: $number) {
                  ... on Issue { id comments(last: 100, before: $before) { nodes { id viewerDidAuthor body } pageInfo { hasPreviousPage startCursor } } }
                  ... on PullRequest { id comments(last: 100, before: $before) { nodes { id viewerDidAuthor body } pageInfo { hasPreviousPage startCursor } } }
                }
              }
            }
            """;
    }

    private static string Alias(int index) => $"label{index.ToString(CultureInfo.InvariantCulture)}";

    private static Dictionary<string, string?> IdsOf(JsonElement repository, IReadOnlyList<string> labels)
    {
        var ids = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        for (var index = 0; index < labels.Count; index++)
            ids[labels[index]] = repository.Child(Alias(index))?.TextOf("id");
        return ids;
    }

    private static MarkedComment[] MarkedOf(JsonElement comments, string mark) =>
    [
        .. comments.ListOf("nodes")
            .Where(comment => comment.Says("viewerDidAuthor"))
            .Select(comment => (Id: comment.TextOf("id"), Body: comment.TextOf("body")))
            .Where(comment => comment is { Id: not null, Body: not null } && comment.Body.Contains(mark, StringComparison.Ordinal))
            .Select(comment => new MarkedComment(new(comment.Id!), comment.Body!)),
    ];

    private static void Write(Utf8JsonWriter variables, IssueRef issue, IReadOnlyList<string> labels, string? before)
    {
        GraphQlNames.Write(variables, issue.Repository);
        variables.WriteNumber("number", issue.Number);
        for (var index = 0; index < labels.Count; index++)
            variables.WriteString(Alias(index), labels[index]);
        if (before is not null)
            variables.WriteString("before", before);
    }

    private static GitHubException Gone(IssueRef issue) => new GitHubException.NotFoundOrNoAccess(
        $"{issue.Repository.FullName}#{issue.Number.ToString(CultureInfo.InvariantCulture)}", "GitHub shows no such issue: it was deleted or moved.");
}
