namespace ClaudeCluster.Orchestrations;

/// <summary>The policy as a flow keeps it: a later change of the file does not change a flow under way.</summary>
/// <param name="Commit">The default branch's commit that the file was read from; null: there is no file, and the defaults hold.</param>
public sealed record PolicySnapshot(RepositoryPolicy Policy, CommitId? Commit);

/// <summary>Reads the default branch's policy file. Only reads, so it may run twice.</summary>
[DurableTask]
public sealed class ReadPolicy(IRepositoryFiles files) : TaskActivity<RepositoryRef, PolicySnapshot>
{
    internal static TaskOptions CallOptions => Patience.WithGitHub;

    /// <exception cref="BadInputException">The file cannot be used; a flow that guessed its owner's rules would be worse than none.</exception>
    public override async Task<PolicySnapshot> RunAsync(TaskActivityContext context, RepositoryRef input) =>
        await files.ReadAsync(input, RepositoryPolicy.Path, CancellationToken.None) is { } file
            ? new(PolicyReader.Read(file.Text, RepositoryPolicy.Path), file.Commit)
            : new(RepositoryPolicy.Default, null);
}
