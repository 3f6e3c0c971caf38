using System.Collections.Concurrent;

namespace ClaudeCluster.GitHub;

/// <summary>
/// The issue as people see it on GitHub: one comment for each flow, and labels. Between what was asked and what is known to have happened
/// there is a gap: a connection that breaks after the write, or a process that ends. So a comment is looked for before it is posted, and
/// longer where a post of it was begun before.
/// </summary>
internal sealed class GitHubIssuePage(IssueLook look, IssueWrite write, IssueLabels labels, IPostLog posts, GitHubOptions options, TimeProvider clock) : IIssuePage
{
    private const int MostViews = 4096;

    private static readonly LabelChange NoChange = new([], []);

    /// <summary>Flows one of whose posts ended unclearly: there may be two comments, and the next look takes one away.</summary>
    private readonly ConcurrentDictionary<(IssueRef Issue, CommentMarker Marker), bool> _unclear = [];

    /// <summary>By which ids an issue is written to. They do not change; what is not kept is looked up.</summary>
    private readonly ConcurrentDictionary<IssueRef, IssueView> _views = [];

    public Task<CommentId> PutCommentAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, CancellationToken cancellationToken) =>
        PutAsync(issue, marker, known, markdown, NoChange, cancellationToken);

    public Task PutLabelsAsync(IssueRef issue, LabelChange change, CancellationToken cancellationToken) => labels.PutAsync(issue, change, cancellationToken);

    /// <summary>One request where the comment and the ids are known; a look more where they are not.</summary>
    public async Task<CommentId> PutAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, LabelChange change, CancellationToken cancellationToken)
    {
        var body = MarkedText.With(marker, markdown);
        if (known is { } id && !_unclear.ContainsKey((issue, marker)) && _views.TryGetValue(issue, out var view) && NamesIn(change).All(view.LabelIds.ContainsKey))
        {
            try
            {
                return await WriteAsync(issue, view, id, body, change, cancellationToken);
            }
            catch (GitHubException.NotFoundOrNoAccess)
            {
                // The comment or a label was deleted meanwhile: a look says which.
            }
        }

        return await LookAndWriteAsync(issue, marker, body, change, cancellationToken);
    }

    private async Task<CommentId> LookAndWriteAsync(IssueRef issue, CommentMarker marker, string body, LabelChange change, CancellationToken cancellationToken)
    {
        var (view, comment) = await LookAsync(issue, marker, change, cancellationToken);
        if (comment is null && await posts.BeginAsync($"{issue.Repository.Id}-{issue.Number}-{marker.FlowId}", cancellationToken))
            (view, comment) = await LookLongerAsync(issue, marker, change, view, cancellationToken);
        return await WriteAsync(issue, view, comment, body, change, cancellationToken);
    }

    /// <summary>A post that may have happened: waits until GitHub's lists have heard of it. If it shows up after that, there are two, and the next update takes one away.</summary>
    private async Task<(IssueView View, CommentId? Comment)> LookLongerAsync(IssueRef issue, CommentMarker marker, LabelChange change, IssueView view, CancellationToken cancellationToken)
    {
        _unclear[(issue, marker)] = true;
        foreach (var wait in options.LagWaits)
        {
            await Task.Delay(wait, clock, cancellationToken);
            if (await LookAsync(issue, marker, change, cancellationToken) is { Comment: not null } found)
                return found;
        }

        return (view, null);
    }

    private async Task<(IssueView View, CommentId? Comment)> LookAsync(IssueRef issue, CommentMarker marker, LabelChange change, CancellationToken cancellationToken)
    {
        var before = _views.GetValueOrDefault(issue)?.LabelIds.Keys ?? [];
        var view = await look.LookAsync(issue, marker, [.. before.Union(NamesIn(change), StringComparer.OrdinalIgnoreCase)], cancellationToken);
        if (_views.Count >= MostViews)
            _views.Clear();
        _views[issue] = view;
        if (view.Marked.Count == 0)
            return (view, null);
        foreach (var surplus in view.Marked.Skip(1))
            await write.DeleteAsync(issue, surplus.Id, cancellationToken);
        _unclear.TryRemove((issue, marker), out _);
        return (view, view.Marked[0].Id);
    }

    /// <summary>A label that the repository does not have yet is made by REST, which knows how; it is one request more, once.</summary>
    private async Task<CommentId> WriteAsync(IssueRef issue, IssueView view, CommentId? comment, string body, LabelChange change, CancellationToken cancellationToken)
    {
        var isKnown = change.Add.All(name => view.LabelIds.GetValueOrDefault(name) is not null);
        var (added, removed) = isKnown ? (IdsOf(change.Add), IdsOf(change.Remove)) : ([], []);
        var written = await write.WriteAsync(issue, view.IssueId, comment, body, added, removed, cancellationToken);
        if (isKnown)
            return written;
        await labels.PutAsync(issue, change, cancellationToken);
        _views.TryRemove(issue, out _);
        return written;

        string[] IdsOf(IReadOnlyList<string> names) => [.. names.Select(name => view.LabelIds.GetValueOrDefault(name)).OfType<string>()];
    }

    private static IEnumerable<string> NamesIn(LabelChange change) => change.Add.Concat(change.Remove);
}
