using System.Collections.Concurrent;

namespace ClaudeCluster.GitHub;

/// <summary>
/// The issue as people see it on GitHub: one comment for each flow, and labels. Between what was asked and what is known to have happened
/// there is a gap: a connection that breaks after the write. So a comment is looked for before it is posted, and after a break as well.
/// </summary>
internal sealed class GitHubIssuePage(GitHubClient client, MarkedComments comments, GitHubOptions options, TimeProvider clock) : IIssuePage
{
    /// <summary>Characters: GitHub takes no longer comment.</summary>
    private const int LongestComment = 65_536;

    /// <summary>Flows one of whose posts ended unclearly: there may be two comments, and the next look takes one away.</summary>
    private readonly ConcurrentDictionary<CommentMarker, bool> _unclear = [];

    public async Task<CommentId> PutCommentAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, CancellationToken cancellationToken)
    {
        var body = WithMarker(markdown, marker);
        if (known is { } id && !_unclear.ContainsKey(marker) && await TryEditAsync(issue, id, body, cancellationToken))
            return id;
        return await FindAndEditAsync(issue, marker, body, cancellationToken) ?? await PostAsync(issue, marker, body, cancellationToken);
    }

    public async Task PutLabelsAsync(IssueRef issue, LabelChange change, CancellationToken cancellationToken)
    {
        // The answer to the first call says what else is there, so nothing is taken away that is not. With nothing to add, all of it may be.
        var present = change.Add.Count > 0
            ? await client.AddLabelsAsync(issue.Repository.FullName, issue.Number, change.Add, cancellationToken)
            : change.Remove;
        foreach (var label in change.Remove.Intersect(present, StringComparer.OrdinalIgnoreCase))
        {
            try
            {
                await client.RemoveLabelAsync(issue.Repository.FullName, issue.Number, label, cancellationToken);
            }
            catch (GitHubException.NotFoundOrNoAccess)
            {
                // Somebody was faster.
            }
        }
    }

    /// <returns>False: somebody deleted the comment.</returns>
    private async Task<bool> TryEditAsync(IssueRef issue, CommentId id, string body, CancellationToken cancellationToken)
    {
        try
        {
            await client.EditCommentAsync(issue.Repository.FullName, id.Value, body, cancellationToken);
            return true;
        }
        catch (GitHubException.NotFoundOrNoAccess)
        {
            return false;
        }
    }

    private async Task<CommentId?> FindAndEditAsync(IssueRef issue, CommentMarker marker, string body, CancellationToken cancellationToken)
    {
        if (await comments.FindAsync(issue, marker, cancellationToken) is not [var first, .. var surplus])
            return null;
        foreach (var comment in surplus)
            await DeleteAsync(issue, comment.Id, cancellationToken);
        if (first.Body != body)
            await client.EditCommentAsync(issue.Repository.FullName, first.Id.Value, body, cancellationToken);
        _unclear.TryRemove(marker, out _);
        return first.Id;
    }

    private async Task<CommentId> PostAsync(IssueRef issue, CommentMarker marker, string body, CancellationToken cancellationToken)
    {
        try
        {
            return await PostOnceAsync(issue, body, cancellationToken);
        }
        catch (GitHubException.Unavailable)
        {
            _unclear[marker] = true;
            foreach (var wait in options.LagWaits)
            {
                await Task.Delay(wait, clock, cancellationToken);
                if (await FindAndEditAsync(issue, marker, body, cancellationToken) is { } found)
                    return found;
            }

            // Still unclear: if the first one shows up yet, the next update finds two and takes one away.
            return await PostOnceAsync(issue, body, cancellationToken);
        }
    }

    private async Task<CommentId> PostOnceAsync(IssueRef issue, string body, CancellationToken cancellationToken)
    {
        var id = await client.PostCommentAsync(issue.Repository.FullName, issue.Number, body, cancellationToken);
        return new(id.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private async Task DeleteAsync(IssueRef issue, CommentId id, CancellationToken cancellationToken)
    {
        try
        {
            await client.DeleteCommentAsync(issue.Repository.FullName, id.Value, cancellationToken);
        }
        catch (GitHubException.NotFoundOrNoAccess)
        {
            // Somebody was faster.
        }
    }

    /// <summary>The mark stays whatever is cut away.</summary>
    private static string WithMarker(string markdown, CommentMarker marker)
    {
        var mark = marker.ToString();
        var body = markdown.Contains(mark, StringComparison.Ordinal) ? markdown : $"{markdown}\n\n{mark}";
        if (body.Length <= LongestComment)
            return body;
        var end = $"\n\n… (the rest is longer than GitHub takes)\n\n{mark}";
        var kept = LongestComment - end.Length;
        return body[..(char.IsHighSurrogate(body[kept - 1]) ? kept - 1 : kept)] + end;
    }
}
