namespace ClaudeCluster.Orchestrations;

public sealed record PromoteBranchInput(RepositoryRef Repository, Promotion Promotion);

/// <summary>Moves the pull request branch to the accepted commit. Twice is once: it is done if the branch stands there already.</summary>
[DurableTask]
public sealed class PromoteBranch(IPullRequests pullRequests) : TaskActivity<PromoteBranchInput, CommitId>
{
    internal static TaskOptions CallOptions => Patience.WithGitHub;

    /// <exception cref="BranchMovedException">Somebody else moved the branch.</exception>
    public override Task<CommitId> RunAsync(TaskActivityContext context, PromoteBranchInput input) =>
        pullRequests.PromoteAsync(input.Repository, input.Promotion, CancellationToken.None);
}
