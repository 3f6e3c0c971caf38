using System.Globalization;

namespace ClaudeCluster.Coordinator;

/// <summary>Who is there. Only for words and wake-ups: work goes to whoever pulls it.</summary>
/// <param name="registry">Who may be there.</param>
/// <param name="isConnected">Who has a stream of work here.</param>
/// <param name="wakeUps">By which runners are woken; null: none can be.</param>
/// <param name="time">The clock.</param>
internal sealed class Fleet(AgentRegistry registry, Func<string, bool> isConnected, WakeUps? wakeUps, TimeProvider time) : IFleet
{
    /// <summary>Three signs of life that did not come.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    /// <summary>For so long nobody had room, before a runner is woken.</summary>
    private static readonly TimeSpan NoRoom = TimeSpan.FromSeconds(30);

    /// <summary>After a restart agents come back within seconds; until then nobody knows who has room.</summary>
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public Task<Availability> FindAsync(Specialty specialty, AgentId? not, CancellationToken cancellationToken)
    {
        var able = registry.All.Where(agent => agent.Record.RevokedAt is null && agent.Record.Id != not && Serves(agent, specialty)).ToList();
        var ready = able.Any(agent => IsConnected(agent.Record.Id) && WhyNot(agent) is null);
        return Task.FromResult(ready ? new Availability(true, null) : new Availability(false, Missing(specialty, able)));
    }

    public async Task<Availability> WakeAsync(AgentCall call, Availability found, CancellationToken cancellationToken)
    {
        var isWanted = call.Reach switch
        {
            Reach.Actions => true,
            Reach.Auto => time.GetUtcNow() - LastRoom(call) >= NoRoom,
            _ => false,
        };
        return isWanted && wakeUps is not null && call.Repository is { } repository
            ? await wakeUps.WakeAsync(call, repository, found, cancellationToken)
            : found;
    }

    /// <summary>It has a stream of work here, or said something just now.</summary>
    public bool IsConnected(AgentId agent) =>
        isConnected(agent.Value) || (registry.ReportOf(agent) is { } last && time.GetUtcNow() - last.At < Silence);

    /// <summary>When an agent that may take it last had room, as far as is known.</summary>
    private DateTimeOffset LastRoom(AgentCall call) => registry.All
        .Where(agent => agent.Record.RevokedAt is null && agent.Record.Id != call.Avoid && Serves(agent, call.Specialty))
        .Select(agent => RoomOf(agent.Record.Id))
        .Append(_startedAt)
        .Max();

    private DateTimeOffset RoomOf(AgentId agent)
    {
        var last = registry.ReportOf(agent);
        return registry.FullSince(agent) ?? (IsConnected(agent) && WhyNot(registry.Find(agent.Value)!) is null ? time.GetUtcNow() : last?.At ?? DateTimeOffset.MinValue);
    }

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
