namespace ClaudeCluster.Orchestrations;

/// <param name="Specialty">What the agent must be good at.</param>
/// <param name="Avoid">Who should not be called.</param>
/// <param name="AttemptId">One runner is woken for it, however often this runs.</param>
public sealed record AgentCall(Specialty Specialty, AgentId? Avoid, string AttemptId)
{
    /// <summary>Whose runners may be woken; null: an earlier release did not say, so none is.</summary>
    public RepositoryRef? Repository { get; init; }

    /// <summary>The policy's word; null: an earlier release did not say.</summary>
    public Reach? Reach { get; init; }
}

/// <summary>Sees that somebody takes the attempt: wakes a runner, or says what is missing. Twice is once: a wake-up is keyed by the attempt.</summary>
[DurableTask]
public sealed class CallForAgent(IFleet fleet) : TaskActivity<AgentCall, Availability>
{
    internal static TaskOptions CallOptions => Patience.ForACall;

    public override async Task<Availability> RunAsync(TaskActivityContext context, AgentCall input)
    {
        var found = await fleet.FindAsync(input.Specialty, input.Avoid, CancellationToken.None);
        return await fleet.WakeAsync(input, found, CancellationToken.None);
    }
}
