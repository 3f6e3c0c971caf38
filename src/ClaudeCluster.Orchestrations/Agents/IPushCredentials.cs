namespace ClaudeCluster.Orchestrations;

/// <summary>Makes credentials with which an agent pushes, each for one repository, and good for nothing else there.</summary>
public interface IPushCredentials
{
    /// <returns>Null: none can be made, and the agent uses its own.</returns>
    Task<PushCredential?> MintAsync(RepositoryRef repository, CancellationToken cancellationToken);
}
