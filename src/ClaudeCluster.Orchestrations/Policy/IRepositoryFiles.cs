namespace ClaudeCluster.Orchestrations;

/// <summary>A file as the default branch has it.</summary>
/// <param name="Text">Its content.</param>
/// <param name="Commit">The commit it was read from.</param>
public sealed record RepositoryFile(string Text, CommitId Commit);

/// <summary>Reads files of the default branch, and of no other.</summary>
public interface IRepositoryFiles
{
    /// <returns>Null if there is no such file.</returns>
    Task<RepositoryFile?> ReadAsync(RepositoryRef repository, string path, CancellationToken cancellationToken);

    /// <summary>The default branch moved: what is remembered of it is old. One that remembers nothing has nothing to do.</summary>
    void Forget(RepositoryRef repository)
    {
    }
}
