namespace ClaudeCluster.Orchestrations;

/// <summary>Deletes the branches of the flow's attempts that are left, and the pull request's once it is merged. Twice is once: a branch that is gone is no error.</summary>
/// <returns>How many branches there were to delete.</returns>
[DurableTask]
public sealed class DeleteAttemptBranches(IPullRequests pullRequests) : TaskActivity<FlowState, int>
{
    internal static TaskOptions CallOptions => Patience.WithGitHub;

    public override async Task<int> RunAsync(TaskActivityContext context, FlowState input)
    {
        string[] branches = [.. input.Attempts.Skip(input.BranchesDeleted).Select(attempt => attempt.Branch).Concat(input.Phase == FlowPhase.Done ? [input.Branch] : []).Distinct(StringComparer.Ordinal)];
        if (branches.Length > 0)
            await pullRequests.DeleteBranchesAsync(input.Repository, branches, CancellationToken.None);
        return branches.Length;
    }
}
