namespace ClaudeCluster.Orchestrations;

/// <summary>Opens the flow's pull request. Twice is once: a pull request is found by its head branch and adopted.</summary>
[DurableTask]
public sealed class OpenPullRequest(IPullRequests pullRequests) : TaskActivity<FlowState, PullRequest>
{
    internal static TaskOptions CallOptions => Patience.WithGitHub;

    public override Task<PullRequest> RunAsync(TaskActivityContext context, FlowState input) =>
        pullRequests.OpenAsync(input.Repository, PullRequestDraft.Write(input), CancellationToken.None);
}
