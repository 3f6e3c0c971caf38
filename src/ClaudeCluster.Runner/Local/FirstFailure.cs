namespace ClaudeCluster.Runner;

/// <summary>
/// Notices the first effect that fails. The flow would patiently try it again for hours, as is right for GitHub; a folder of
/// this machine does not get better by waiting, and a person sits in front of it.
/// </summary>
internal sealed class FirstFailure(IGitHub inner) : IGitHub
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Fails with that effect; never ends otherwise.</summary>
    public Task Failed => _failed.Task;

    public Task<Role> ReadRoleAsync(RepositoryRef repository, string login, CancellationToken cancellationToken) =>
        WatchAsync(inner.ReadRoleAsync(repository, login, cancellationToken));

    public Task<RepositoryFile?> ReadAsync(RepositoryRef repository, string path, CancellationToken cancellationToken) =>
        WatchAsync(inner.ReadAsync(repository, path, cancellationToken));

    public Task<CommentId> PutCommentAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, CancellationToken cancellationToken) =>
        WatchAsync(inner.PutCommentAsync(issue, marker, known, markdown, cancellationToken));

    public Task PutLabelsAsync(IssueRef issue, LabelChange change, CancellationToken cancellationToken) =>
        WatchAsync(inner.PutLabelsAsync(issue, change, cancellationToken));

    public Task<CommitId> PromoteAsync(RepositoryRef repository, Promotion promotion, CancellationToken cancellationToken) =>
        WatchAsync(inner.PromoteAsync(repository, promotion, cancellationToken));

    public Task<PullRequest> OpenAsync(RepositoryRef repository, PullRequestText text, CancellationToken cancellationToken) =>
        WatchAsync(inner.OpenAsync(repository, text, cancellationToken));

    public Task DeleteBranchesAsync(RepositoryRef repository, IReadOnlyList<string> branches, CancellationToken cancellationToken) =>
        WatchAsync(inner.DeleteBranchesAsync(repository, branches, cancellationToken));

    private async Task<T> WatchAsync<T>(Task<T> effect)
    {
        await WatchAsync((Task)effect);
        return await effect;
    }

    private async Task WatchAsync(Task effect)
    {
        try
        {
            await effect;
        }
        catch (Exception failure) when (failure is not (BranchMovedException or OperationCanceledException))
        {
            _failed.TrySetException(failure);
            throw;
        }
    }
}
