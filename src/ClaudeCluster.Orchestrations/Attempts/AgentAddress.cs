namespace ClaudeCluster.Orchestrations;

/// <summary>The activity names by which agents are called: a specialty is an activity name, so pulling work is the load balancing.</summary>
public static class AgentAddress
{
    private const string Prefix = "RunAgent:";

    /// <summary>Any agent of the specialty: <c>RunAgent:backend</c>.</summary>
    public static TaskName Any(Specialty specialty) => new(Prefix + specialty.Value);

    /// <summary>One agent: <c>RunAgent:backend@pc-3</c>.</summary>
    public static TaskName Of(Specialty specialty, AgentId agent) => new($"{Prefix}{specialty.Value}@{agent.Value}");
}

/// <summary>The agent's first word in an attempt: it asks for the claim.</summary>
/// <param name="WorkerId">The process: it dies with it, so a restarted agent is another worker.</param>
[DurableEvent]
public sealed record AttemptStarted(AgentId Agent, string WorkerId, string? RunUrl);

/// <summary>The attempt's custom status: who may work on it.</summary>
/// <param name="Owner">The worker that holds the claim; null while nobody does.</param>
public sealed record AttemptStatus(string? Owner, AgentId? Agent, decimal BudgetUsd);
