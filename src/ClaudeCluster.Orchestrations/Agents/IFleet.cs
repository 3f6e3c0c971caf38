namespace ClaudeCluster.Orchestrations;

/// <summary>Whether somebody is there for a specialty.</summary>
/// <param name="IsSomeoneThere">An agent is connected or a runner is alive.</param>
/// <param name="Missing">What a person should know if not: "no agent with 'database' is connected".</param>
public sealed record Availability(bool IsSomeoneThere, string? Missing);

/// <summary>Who is there, and how to wake one. Never used to route an item: agents pull.</summary>
public interface IFleet
{
    Task<Availability> FindAsync(Specialty specialty, AgentId? not, CancellationToken cancellationToken);

    /// <summary>Asks for a runner. Twice for one attempt is once.</summary>
    Task WakeAsync(Specialty specialty, string attemptId, CancellationToken cancellationToken);
}
