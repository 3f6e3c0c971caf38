using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>
/// Finds the comments that carry a flow's mark. Only our own count: anybody can write the mark into a comment, and with write access we
/// could edit a stranger's, who could then edit what we say. GraphQL tells whose it is whatever the login; REST does not.
/// </summary>
internal sealed class MarkedComments(GraphQl graphQl, RepositoryNodes nodes)
{
    private const string Document = """
        query FindComments($owner: String!, $name: String!, $number: Int!, $before: String) {
          repository(owner: $owner, name: $name) {
            id
            issueOrPullRequest(number: $number) {
              ... on Issue { comments(last: 100, before: $before) { nodes { fullDatabaseId viewerDidAuthor body } pageInfo { hasPreviousPage startCursor } } }
              ... on PullRequest { comments(last: 100, before: $before) { nodes { fullDatabaseId viewerDidAuthor body } pageInfo { hasPreviousPage startCursor } } }
            }
          }
        }
        """;

    /// <returns>Oldest first. Newest are read first, and the search ends with the page that has one: ours is near the end of a long issue.</returns>
    /// <exception cref="GitHubException.NotFoundOrNoAccess">The issue was deleted, or moved to another repository.</exception>
    public async Task<MarkedComment[]> FindAsync(IssueRef issue, CommentMarker marker, CancellationToken cancellationToken)
    {
        var before = default(string);
        do
        {
            var cursor = before;
            var data = await graphQl.AskAsync(issue.Repository.FullName, "FindComments", Document, variables => Write(variables, issue, cursor), cancellationToken);
            var repository = data.Child("repository") ?? throw GitHubFiles.Gone(issue.Repository);
            nodes.Keep(issue.Repository, repository.TextOf("id"));
            var comments = repository.Child("issueOrPullRequest")?.Child("comments") ?? throw Gone(issue);
            if (Read(comments, marker) is { Length: > 0 } found)
                return found;
            before = comments.Child("pageInfo") is { } page && page.Says("hasPreviousPage") ? page.TextOf("startCursor") : null;
        }
        while (before is not null);
        return [];
    }

    private static MarkedComment[] Read(JsonElement comments, CommentMarker marker)
    {
        var mark = marker.ToString();
        return
        [
            .. comments.ListOf("nodes")
                .Where(comment => comment.Says("viewerDidAuthor") && comment.TextOf("body")?.Contains(mark, StringComparison.Ordinal) == true)
                .Select(comment => (Id: IdOf(comment), Body: comment.TextOf("body")))
                .Where(comment => comment.Id is not null)
                .Select(comment => new MarkedComment(new(comment.Id!), comment.Body!)),
        ];
    }

    /// <summary>GraphQL writes it as a text, for it has more than 32 bits.</summary>
    private static string? IdOf(JsonElement comment) => comment.Child("fullDatabaseId") is { ValueKind: JsonValueKind.String or JsonValueKind.Number } id ? id.ToString() : null;

    private static void Write(Utf8JsonWriter variables, IssueRef issue, string? before)
    {
        GraphQlNames.Write(variables, issue.Repository);
        variables.WriteNumber("number", issue.Number);
        if (before is not null)
            variables.WriteString("before", before);
    }

    private static GitHubException Gone(IssueRef issue) => new GitHubException.NotFoundOrNoAccess(
        $"{issue.Repository.FullName}#{issue.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)}", "GitHub shows no such issue: it was deleted or moved.");
}

/// <param name="Body">As it stands.</param>
internal sealed record MarkedComment(CommentId Id, string Body);
