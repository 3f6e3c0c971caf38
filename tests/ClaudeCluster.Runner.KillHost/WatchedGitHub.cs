using ClaudeCluster.Orchestrations;

namespace ClaudeCluster.Runner.KillHost;

/// <summary>Passes a kill point before and after each effect.</summary>
internal sealed class WatchedGitHub(IGitHub inner, KillPoints points) : IGitHub
{
    public Task<Role> ReadRoleAsync(RepositoryRef repository, string login, CancellationToken cancellationToken) =>
        inner.ReadRoleAsync(repository, login, cancellationToken);

    public Task<RepositoryFile?> ReadAsync(RepositoryRef repository, string path, CancellationToken cancellationToken) =>
        inner.ReadAsync(repository, path, cancellationToken);

    public Task<CommentId> PutCommentAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, CancellationToken cancellationToken) =>
        points.AroundAsync("comment", () => inner.PutCommentAsync(issue, marker, known, markdown, cancellationToken));

    public Task PutLabelsAsync(IssueRef issue, LabelChange change, CancellationToken cancellationToken) =>
        points.AroundAsync("labels", () => inner.PutLabelsAsync(issue, change, cancellationToken));

    public Task<CommitId> PromoteAsync(RepositoryRef repository, Promotion promotion, CancellationToken cancellationToken) =>
        points.AroundAsync("promotion", () => inner.PromoteAsync(repository, promotion, cancellationToken));

    public Task<PullRequest> OpenAsync(RepositoryRef repository, PullRequestText text, CancellationToken cancellationToken) =>
        points.AroundAsync("pull request", () => inner.OpenAsync(repository, text, cancellationToken));

    public Task DeleteBranchesAsync(RepositoryRef repository, IReadOnlyList<string> branches, CancellationToken cancellationToken) =>
        points.AroundAsync("clean-up", () => inner.DeleteBranchesAsync(repository, branches, cancellationToken));
}
