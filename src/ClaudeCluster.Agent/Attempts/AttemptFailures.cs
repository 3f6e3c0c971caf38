namespace ClaudeCluster.Agent;

/// <summary>PURE. What an exception means for the attempt. What is not listed is a bug, and is not caught.</summary>
internal static class AttemptFailures
{
    /// <returns>Null: not ours to explain.</returns>
    public static AttemptOutcome? Explain(Exception failure, bool isStopping) => failure switch
    {
        OperationCanceledException when isStopping => new AttemptOutcome.HandedBack(),
        _ when isStopping && PassingTrouble.Is(failure) => new AttemptOutcome.HandedBack(),
        AttemptEndedException => new AttemptOutcome.Withdrawn(),
        CoordinatorAwayException away => new AttemptOutcome.HostNotReady(
            $"The coordinator cannot be asked for a credential: {away.Message}", "See that the coordinator runs and can be reached from this PC."),
        HostNotReadyException host => new AttemptOutcome.HostNotReady(host.Detail, host.Fix),
        _ when DiskIsFull.Caused(failure) => new AttemptOutcome.HostNotReady("The disk is full.", "Free some space for the agent's folder."),
        UnauthorizedAccessException => new AttemptOutcome.HostNotReady(failure.Message, "Give the agent's account the right to read and write its folder."),
        GitException git when CannotReach(git) || PassingTrouble.Is(git) => new AttemptOutcome.HostNotReady(git.Message, "See that this PC can reach the repository and may read and push to it."),
        GitException or IOException or BadInputException => new AttemptOutcome.Failed(failure.Message),
        _ => null,
    };

    private static bool CannotReach(GitException git) => Unreachable.Any(said => git.Errors.Contains(said, StringComparison.OrdinalIgnoreCase));

    private static readonly string[] Unreachable =
    [
        "Authentication failed", "could not read Username",
        "Permission denied", "does not appear to be a git repository", "Repository not found", "detected dubious ownership", "unable to create temporary object directory",
    ];
}
