using System.Globalization;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>What was said at some lines of a pull request, from the first remark on.</summary>
/// <param name="Line">Null: it is about the whole file, or about lines that are gone.</param>
internal sealed record ReviewThread(string Path, int? Line, IReadOnlyList<ThreadComment> Comments)
{
    /// <summary>The first remark's number: answers go there.</summary>
    public string Id => Comments[0].Id;
}

/// <param name="Review">With which it was sent.</param>
/// <param name="IsOurs">Written as whom we ask: anybody can write our mark into a comment.</param>
/// <param name="IsFromTeam">By somebody whom the repository's owner let in.</param>
internal sealed record ThreadComment(string Id, string? Review, string Author, string Body, bool IsOurs, bool IsFromTeam);

/// <summary>
/// Reads all threads of a pull request, a hundred with one question, in the order of the page. REST has the comments, but does not say which
/// of them are ours, and of those of a review not at which line they stand.
/// </summary>
internal sealed class ReviewThreads(GraphQl graphQl)
{
    private const string Document = """
        query ReadThreads($owner: String!, $name: String!, $number: Int!, $after: String) {
          repository(owner: $owner, name: $name) {
            pullRequest(number: $number) {
              reviewThreads(first: 100, after: $after) {
                nodes {
                  path line
                  comments(first: 100) {
                    nodes { fullDatabaseId body viewerDidAuthor authorAssociation author { login } pullRequestReview { fullDatabaseId } }
                  }
                }
                pageInfo { hasNextPage endCursor }
              }
            }
          }
        }
        """;

    private const string Ghost = "ghost";

    /// <summary>Of a hundred threads each.</summary>
    private const int MostPages = 50;

    private static readonly string[] Team = ["OWNER", "MEMBER", "COLLABORATOR"];

    /// <exception cref="GitHubException.NotFoundOrNoAccess">The pull request is gone.</exception>
    public async Task<IReadOnlyList<ReviewThread>> ReadAsync(RepositoryRef repository, int number, CancellationToken cancellationToken)
    {
        var threads = new List<ReviewThread>();
        var after = default(string);
        for (var page = 0; page < MostPages; page++)
        {
            var cursor = after;
            var data = await graphQl.AskAsync(new(repository.FullName, "ReadThreads", Document), variables => Write(variables, repository, number, cursor), cancellationToken);
            var found = data.Child("repository")?.Child("pullRequest")?.Child("reviewThreads") ?? throw Gone(repository, number);
            threads.AddRange(found.ListOf("nodes").Select(Read).Where(thread => thread.Comments.Count > 0));
            after = found.Child("pageInfo") is { } info && info.Says("hasNextPage") ? info.TextOf("endCursor") : null;
            if (after is null)
                break;
        }

        return threads;
    }

    private static ReviewThread Read(JsonElement thread) => new(
        thread.TextOf("path") ?? "",
        thread.Child("line") is { ValueKind: JsonValueKind.Number } line && line.TryGetInt32(out var number) ? number : null,
        [.. thread.Child("comments")?.ListOf("nodes").Select(ReadComment).OfType<ThreadComment>() ?? []]);

    private static ThreadComment? ReadComment(JsonElement comment) => IdOf(comment) is not { } id ? null : new(
        id,
        comment.Child("pullRequestReview") is { } review ? IdOf(review) : null,
        comment.Child("author")?.TextOf("login") ?? Ghost,
        comment.TextOf("body") ?? "",
        IsOurs: comment.Says("viewerDidAuthor"),
        IsFromTeam: Team.Contains(comment.TextOf("authorAssociation")));

    /// <summary>A number of more than 32 bits: GraphQL writes it as text.</summary>
    private static string? IdOf(JsonElement json) => json.Child("fullDatabaseId") switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    private static void Write(Utf8JsonWriter variables, RepositoryRef repository, int number, string? after)
    {
        GraphQlNames.Write(variables, repository);
        variables.WriteNumber("number", number);
        if (after is not null)
            variables.WriteString("after", after);
    }

    private static GitHubException Gone(RepositoryRef repository, int number) => new GitHubException.NotFoundOrNoAccess(
        $"{repository.FullName}#{number.ToString(CultureInfo.InvariantCulture)}", "GitHub shows no such pull request.");
}
