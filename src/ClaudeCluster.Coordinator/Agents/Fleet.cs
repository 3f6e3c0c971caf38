using System.Globalization;

namespace ClaudeCluster.Coordinator;

/// <summary>Who is there. Only for words and wake-ups: work goes to whoever pulls it.</summary>
/// <param name="registry">Who may be there.</param>
/// <param name="isConnected">Who has a stream of work here.</param>
/// <param name="time">The clock.</param>
internal sealed class Fleet(AgentRegistry registry, Func<string, bool> isConnected, TimeProvider time) : IFleet
{
    /// <summary>Three signs of life that did not come.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    public Task<Availability> FindAsync(Specialty specialty, AgentId? not, CancellationToken cancellationToken)
    {
        var able = registry.All.Where(agent => agent.Record.RevokedAt is null && agent.Record.Id != not && Serves(agent, specialty)).ToList();
        var ready = able.Any(agent => IsConnected(agent.Record.Id) && WhyNot(agent) is null);
        return Task.FromResult(ready ? new Availability(true, null) : new Availability(false, Missing(specialty, able)));
    }

    /// <summary>Nobody can be woken yet: an agent on a PC is there or is not.</summary>
    public Task WakeAsync(Specialty specialty, string attemptId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>It has a stream of work here, or said something just now.</summary>
    public bool IsConnected(AgentId agent) =>
        isConnected(agent.Value) || (registry.ReportOf(agent) is { } last && time.GetUtcNow() - last.At < Silence);

    /// <summary>Why it takes no tasks although it is there; null if it does.</summary>
    private string? WhyNot(RegisteredAgent agent) => registry.ReportOf(agent.Record.Id)?.Report switch
    {
        _ when agent.Record.Maintenance => "is in maintenance",
        { State: AgentState.Maintenance } => "is in maintenance",
        { State: AgentState.Draining } => "is stopping",
        { State: AgentState.Closed, Problem: var problem } => $"takes no tasks: {problem ?? "it does not say why"}",
        _ => null,
    };

    private string Missing(Specialty specialty, List<RegisteredAgent> able)
    {
        var missing = $"no agent with '{specialty.Value}' is connected";
        if (able.FirstOrDefault(agent => IsConnected(agent.Record.Id)) is { } there)
            return $"{there.Record.Id}, which has '{specialty.Value}', {WhyNot(there)}";
        return able.Select(agent => (agent.Record.Id, Last: registry.ReportOf(agent.Record.Id)))
            .Where(seen => seen.Last is not null)
            .OrderByDescending(seen => seen.Last!.At)
            .Select(seen => $"{missing}; {seen.Id} was last seen {seen.Last!.At.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC")
            .FirstOrDefault(missing);
    }

    private bool Serves(RegisteredAgent agent, Specialty specialty) =>
        (registry.ReportOf(agent.Record.Id)?.Report.Hello.Specialties ?? agent.Record.Specialties).Contains(specialty)
        && agent.Record.Specialties.Contains(specialty);
}
