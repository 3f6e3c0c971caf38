using System.Globalization;

namespace ClaudeCluster.GitHub;

/// <summary>
/// The newest comments of a repository. Only what is still as a person wrote it: others with rights may edit a comment, and an edit is nobody's
/// word.
/// </summary>
internal sealed class LostComments(NewestFirst lists)
{
    public async Task<IReadOnlyList<FoundComment>> ListAsync(RepositoryRef repository, bool atLines, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var list = atLines ? "pulls/comments?sort=created" : "issues/comments?sort=created";
        var found = await lists.ListAsync(repository, list, LostEventsJson.Default.CommentListed, comment => comment.CreatedAt, since, cancellationToken);

        // What is written while pages are read moves others to the next page.
        return [.. found.Select(comment => FoundOf(repository, comment)).OfType<FoundComment>().DistinctBy(comment => comment.Key)];
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
