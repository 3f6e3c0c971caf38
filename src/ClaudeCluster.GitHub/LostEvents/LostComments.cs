using System.Globalization;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>
/// The newest comments of a repository, so far back as somebody wants to know. Only what is still as a person wrote it: others with rights may
/// edit a comment, and an edit is nobody's word.
/// </summary>
internal sealed class LostComments(GitHubClient client)
{
    /// <inheritdoc cref="AppInstallations"/>
    private const int OnAPage = 30;

    // Where more is written in a day, what lies further back is not looked for.
    private const int MostPages = 20;

    public async Task<IReadOnlyList<FoundComment>> ListAsync(RepositoryRef repository, bool atLines, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var kind = atLines ? "pulls" : "issues";
        var path = string.Create(CultureInfo.InvariantCulture, $"/repos/{repository.FullName}/{kind}/comments?sort=created&direction=desc&per_page={OnAPage}");
        var (found, pages) = (new List<FoundComment>(), 0);
        for (var request = new GitHubRequest(HttpMethod.Get, client.Address.At(path)); request is not null && pages < MostPages; pages++)
        {
            var answer = await client.SendAsync(repository.FullName, request, cancellationToken);
            var page = GitHubClient.Parse(request, answer, LostEventsJson.Default.IReadOnlyListJsonElement).Select(Read).ToList();
            found.AddRange(page.Where(comment => comment?.CreatedAt >= since).Select(comment => FoundOf(repository, comment!)).OfType<FoundComment>());
            request = answer.Next is { } next && !page.Exists(comment => comment?.CreatedAt < since) ? request with { Url = next } : null;
        }

        // What is written while pages are read moves others to the next page.
        return [.. found.DistinctBy(comment => comment.Key)];
    }

    /// <returns>Null: one that cannot be read hides none of the others.</returns>
    private static CommentListed? Read(JsonElement comment)
    {
        try
        {
            return comment.Deserialize(LostEventsJson.Default.CommentListed);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static FoundComment? FoundOf(RepositoryRef repository, CommentListed comment)
    {
        if (comment is not { Id: > 0 and var id, User: { Login: { } login, Id: > 0 and var user, Type: "User" }, CreatedAt: { } at } || comment.UpdatedAt != at || !GitHubNames.IsLogin(login))
            return null;
        if (NumberOf(comment.PullRequestUrl ?? comment.IssueUrl) is not { } number)
            return null;
        var written = new WrittenComment(new(PayloadParts.Text(id)), comment.Body ?? string.Empty, login, at, at);
        CommentId? first = comment.InReplyToId is { } thread ? new(PayloadParts.Text(thread)) : null;
        var line = comment.PullRequestUrl is null ? null : new LineOfComment(comment.Path ?? string.Empty, first);
        var eventName = line is null ? RepositoryEventReader.CommentEvent : RepositoryEventReader.RemarkEvent;
        return new(PayloadParts.KeyOfNew(eventName, repository, written.Id), number, new Requester(login, user, IsBot: false), written, line);
    }

    /// <summary>Its last part.</summary>
    private static int? NumberOf(string? url) =>
        url is not null && int.TryParse(url.AsSpan(url.LastIndexOf('/') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
