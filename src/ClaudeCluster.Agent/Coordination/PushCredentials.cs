namespace ClaudeCluster.Agent;

/// <summary>
/// Where an attempt's credential comes from: the coordinator, just before it is needed; the PC's own token where the coordinator has no
/// GitHub, or there is no coordinator.
/// </summary>
public sealed class PushCredentials(ICoordinatorLink link, AgentId agent, string? gitHubToken, TimeProvider time)
{
    // Its lifetime is not ours to know; nobody keeps it for longer than one contact.
    private static readonly TimeSpan OwnLifetime = TimeSpan.FromMinutes(10);

    /// <exception cref="CoordinatorAwayException">It cannot be reached, and this PC has no token of its own.</exception>
    /// <exception cref="AttemptEndedException">The attempt has ended, and too long ago for its work to be saved.</exception>
    /// <exception cref="HostNotReadyException">It refuses one to this agent.</exception>
    public async Task<PushCredential?> FindAsync(AgentTask task, CancellationToken cancellationToken) =>
        await AskAsync(task, cancellationToken) ?? (gitHubToken is null ? null : new PushCredential("x-access-token", gitHubToken, time.GetUtcNow() + OwnLifetime));

    private async Task<PushCredential?> AskAsync(AgentTask task, CancellationToken cancellationToken)
    {
        try
        {
            return await link.AskForPushAsync(task.AttemptId, new PushCredentialRequest(agent, task.Repository.Id, task.AttemptBranch), cancellationToken);
        }
        catch (CoordinatorAwayException) when (gitHubToken is not null)
        {
            return null;
        }
    }
}
