using ClaudeCluster.Orchestrations;

namespace OwnFlow;

/// <summary>The ports of the flow, answered by printing.</summary>
internal sealed class ConsolePage : IGitHub
{
    public Task<Role> ReadRoleAsync(RepositoryRef repository, string login, CancellationToken cancellationToken) => Task.FromResult(Role.Write);

    public Task<RepositoryFile?> ReadAsync(RepositoryRef repository, string path, CancellationToken cancellationToken) => Task.FromResult<RepositoryFile?>(null);

    public Task<CommentId> PutCommentAsync(IssueRef issue, CommentMarker marker, CommentId? known, string markdown, CancellationToken cancellationToken) =>
        Task.FromResult(new CommentId("1"));

    public Task PutLabelsAsync(IssueRef issue, LabelChange change, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<CommitId> PromoteAsync(RepositoryRef repository, Promotion promotion, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{promotion.Branch} is {promotion.After}");
        return Task.FromResult(promotion.After);
    }

    public Task<PullRequest> OpenAsync(RepositoryRef repository, PullRequestText text, CancellationToken cancellationToken)
    {
        Console.WriteLine($"pull request: {text.Title}");
        return Task.FromResult(new PullRequest(1, "https://example.invalid/pull/1", text.Head));
    }

    public Task DeleteBranchesAsync(RepositoryRef repository, IReadOnlyList<string> branches, CancellationToken cancellationToken) => Task.CompletedTask;
}

internal sealed class ThisProgram : IFleet
{
    public Task<Availability> FindAsync(Specialty specialty, AgentId? not, CancellationToken cancellationToken) => Task.FromResult(new Availability(true, null));

    public Task<Availability> WakeAsync(AgentCall call, Availability found, CancellationToken cancellationToken) => Task.FromResult(found);
}
