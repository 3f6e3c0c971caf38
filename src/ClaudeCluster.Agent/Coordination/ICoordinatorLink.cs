namespace ClaudeCluster.Agent;

/// <summary>What an agent says to the coordinator beside the hub, for people; and the one thing that it asks there: a credential to push with.</summary>
public interface ICoordinatorLink
{
    /// <exception cref="CoordinatorAwayException">It cannot be reached, or does not want this agent.</exception>
    Task<AgentOrders> ReportAsync(AgentReport report, CancellationToken cancellationToken);

    /// <exception cref="CoordinatorAwayException">It cannot be reached, or does not want this agent.</exception>
    Task<ProgressAnswer> TellAsync(string attemptId, AttemptProgress progress, CancellationToken cancellationToken);

    /// <returns>Null: the coordinator has none to give, because it has no GitHub.</returns>
    /// <exception cref="AttemptEndedException">The attempt has ended, and too long ago for its work to be saved.</exception>
    /// <exception cref="HostNotReadyException">It refuses one to this agent.</exception>
    /// <exception cref="CoordinatorAwayException">It cannot be reached.</exception>
    Task<PushCredential?> AskForPushAsync(string attemptId, PushCredentialRequest request, CancellationToken cancellationToken);
}

/// <summary>The coordinator did not answer as one. Nothing depends on it but what people see.</summary>
/// <param name="reason">For people.</param>
/// <param name="isRefusal">It answered, and will answer the same again.</param>
public sealed class CoordinatorAwayException(string reason, bool isRefusal = false, Exception? cause = null) : Exception(reason, cause)
{
    public bool IsRefusal { get; } = isRefusal;

    /// <summary>What a person can mend; null: nothing is known of that.</summary>
    public Problem? Problem { get; init; }
}

/// <summary>Whoever asked for the attempt wants nothing of it any more, which is no trouble of this PC.</summary>
public sealed class AttemptEndedException(string reason) : Exception(reason);

/// <summary>An agent with a hub alone has nobody to tell.</summary>
public sealed class NoCoordinator : ICoordinatorLink
{
    public Task<AgentOrders> ReportAsync(AgentReport report, CancellationToken cancellationToken) => Task.FromResult(new AgentOrders(Maintenance: false));

    public Task<ProgressAnswer> TellAsync(string attemptId, AttemptProgress progress, CancellationToken cancellationToken) => Task.FromResult(new ProgressAnswer([]));

    public Task<PushCredential?> AskForPushAsync(string attemptId, PushCredentialRequest request, CancellationToken cancellationToken) => Task.FromResult<PushCredential?>(null);
}
