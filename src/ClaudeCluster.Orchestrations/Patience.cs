namespace ClaudeCluster.Orchestrations;

/// <summary>How steps are called that talk to somebody else's server, unless a flow says otherwise.</summary>
internal static class Patience
{
    /// <summary>GitHub may be away for hours; and a bad input, or a host that lacks a port, does not get better by asking again.</summary>
    public static TaskOptions WithGitHub { get; } = TaskOptions.FromRetryPolicy(
        new RetryPolicy(maxNumberOfAttempts: 30, TimeSpan.FromSeconds(2), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromMinutes(10))
        {
            HandleFailure = failure => !failure.IsCausedBy<BadInputException>() && !failure.IsCausedBy<BranchMovedException>() && !failure.IsCausedBy<InvalidOperationException>(),
        });
}
