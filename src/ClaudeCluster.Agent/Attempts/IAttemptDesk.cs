namespace ClaudeCluster.Agent;

/// <summary>What surrounds an agent's attempts: places on the PC, logs, news for the coordinator, and what their ends mean for the agent.</summary>
public interface IAttemptDesk
{
    /// <summary>Cancelled when all work must be handed back now, without waiting for the end of a drain.</summary>
    CancellationToken AtOnce { get; }

    /// <summary>Waits for a place on this PC.</summary>
    Task<IDisposable> TakePlaceAsync(CancellationToken cancellationToken);

    /// <summary>The claim was granted. Disposed when the attempt has ended.</summary>
    IAttemptListener Begin(AgentTask task);
}

/// <summary>One attempt at the desk.</summary>
public interface IAttemptListener : IAttemptProgress, IAsyncDisposable
{
    void End(AttemptResult result);
}
