namespace ClaudeCluster.Runner;

/// <summary>The agents of this process: always there, never asleep.</summary>
internal sealed class InProcessFleet(IReadOnlySet<Specialty> specialties) : IFleet
{
    public Task<Availability> FindAsync(Specialty specialty, AgentId? not, CancellationToken cancellationToken) =>
        Task.FromResult(specialties.Contains(specialty)
            ? new Availability(IsSomeoneThere: true, Missing: null)
            : new Availability(IsSomeoneThere: false, $"no agent with '{specialty}' is here; these are: {string.Join(", ", specialties)}"));

    public Task<Availability> WakeAsync(AgentCall call, Availability found, CancellationToken cancellationToken) => Task.FromResult(found);
}
