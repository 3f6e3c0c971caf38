namespace ClaudeCluster.Agent;

/// <summary>
/// Where an attempt's credential comes from: the coordinator, just before it is needed; the PC's own token where the coordinator has no
/// GitHub, or there is no coordinator.
/// </summary>
public sealed class PushCredentials(ICoordinatorLink link, AgentId agent, string? gitHubToken, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(3);

    // Its lifetime is not ours to know; nobody keeps it for longer than one contact.
    private static readonly TimeSpan OwnLifetime = TimeSpan.FromMinutes(10);

    public async Task<PushCredential?> FindAsync(AgentTask task, CancellationToken cancellationToken) =>
        await AskAsync(task, cancellationToken) ?? (gitHubToken is null ? null : new PushCredential("x-access-token", gitHubToken, time.GetUtcNow() + OwnLifetime));

    private async Task<PushCredential?> AskAsync(AgentTask task, CancellationToken cancellationToken)
    {
        var request = new PushCredentialRequest(agent, task.Repository.Id, task.AttemptBranch);
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await link.AskForPushAsync(task.AttemptId, request, cancellationToken);
            }
            catch (CoordinatorAwayException) when (gitHubToken is not null)
            {
                return null;
            }
            catch (CoordinatorAwayException away) when (time.GetElapsedTime(start) > Patience)
            {
                throw new HostNotReadyException($"Failed to connect to coordinator for a credential to push with: {away.Message}", "See that the coordinator runs and can be reached from this PC.");
            }
            catch (CoordinatorAwayException)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
