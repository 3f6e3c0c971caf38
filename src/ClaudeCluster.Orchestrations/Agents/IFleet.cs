namespace ClaudeCluster.Orchestrations;

/// <summary>Whether somebody is there for a specialty.</summary>
/// <param name="IsSomeoneThere">An agent is connected or a runner is alive.</param>
/// <param name="Missing">What a person should know if not: "no agent with 'database' is connected".</param>
public sealed record Availability(bool IsSomeoneThere, string? Missing);

/// <summary>Who is there, and how to wake one. Never used to route an item: agents pull.</summary>
public interface IFleet
{
    Task<Availability> FindAsync(Specialty specialty, AgentId? not, CancellationToken cancellationToken);

    /// <summary>Asks for a runner, if the call's reach wants one now. Twice for one attempt is once.</summary>
    /// <param name="call">Who is wanted, and for what.</param>
    /// <param name="found">Who is there without a runner.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Who is there, a woken runner included.</returns>
    Task<Availability> WakeAsync(AgentCall call, Availability found, CancellationToken cancellationToken);
}
