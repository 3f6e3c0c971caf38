namespace ClaudeCluster.Orchestrations;

/// <summary>Runners of GitHub Actions on agent PCs. A run of the workflow <c>claude-agent.yml</c> takes one task there.</summary>
public interface IRunners
{
    /// <summary>Whether a runner is alive that has the labels of a specialty.</summary>
    Task<RunnerLook> LookAsync(RepositoryRef repository, Specialty specialty, CancellationToken cancellationToken);

    /// <summary>Asks for a run. It looks for none that was asked for before: that is the caller's.</summary>
    Task<Dispatch> DispatchAsync(RepositoryRef repository, Specialty specialty, string attemptId, CancellationToken cancellationToken);

    /// <summary>The run that was asked for on behalf of an attempt, by its name; it waits out the time in which GitHub's lists may not know it yet.</summary>
    /// <returns>Null: there is none.</returns>
    Task<AgentRun?> FindRunAsync(RepositoryRef repository, string attemptId, DateTimeOffset since, CancellationToken cancellationToken);

    /// <returns>Null: there is no such run any more.</returns>
    Task<AgentRun?> ReadRunAsync(RepositoryRef repository, long run, CancellationToken cancellationToken);
}

/// <summary>What can be seen of a repository's runners.</summary>
/// <param name="IsAlive">Null: it cannot be seen.</param>
/// <param name="Words">For people, if it is not true.</param>
public sealed record RunnerLook(bool? IsAlive, string? Words);

/// <summary>What became of a request for a run.</summary>
/// <param name="Run">The run; null where GitHub does not name it, or refused.</param>
/// <param name="Refusal">Why there is none and will be none, until a person changes something; null: it is accepted.</param>
public sealed record Dispatch(long? Run, string? Refusal);

/// <summary>A run of the agents' workflow.</summary>
/// <param name="Id">GitHub's.</param>
/// <param name="Url">Where people can watch it.</param>
/// <param name="State">How far it is.</param>
/// <param name="CreatedAt">By GitHub's clock.</param>
public sealed record AgentRun(long Id, string? Url, AgentRunState State, DateTimeOffset CreatedAt);

/// <summary>How far a run is.</summary>
public enum AgentRunState
{
    /// <summary>No runner has taken it.</summary>
    Queued,

    /// <summary>A runner has it.</summary>
    Running,

    /// <summary>It is over, however it ended.</summary>
    Ended,
}
