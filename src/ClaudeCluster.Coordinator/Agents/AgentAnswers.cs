namespace ClaudeCluster.Coordinator;

/// <summary>Asks for a new agent: <c>POST /api/agents</c>.</summary>
public sealed record AgentToAdd
{
    public required AgentId Id { get; init; }

    public required IReadOnlyList<Specialty> Specialties { get; init; }
}

/// <summary>A new agent with its token, which is shown this once.</summary>
public sealed record AddedAgent(AgentId Id, IReadOnlyList<Specialty> Specialties, string Token);

/// <summary><c>POST /api/agents/{id}/maintenance</c>.</summary>
public sealed record MaintenanceSwitch
{
    public required bool On { get; init; }
}

/// <summary>All agents: <c>GET /api/agents</c>.</summary>
public sealed record AgentList(IReadOnlyList<AgentEntry> Agents);

/// <summary>An agent as people see it.</summary>
public sealed record AgentEntry
{
    public required AgentId Id { get; init; }

    public required IReadOnlyList<Specialty> Specialties { get; init; }

    /// <summary><c>ready</c>, <c>maintenance</c>, <c>closed</c>, <c>draining</c>, <c>away</c> or <c>revoked</c>.</summary>
    public required string State { get; init; }

    public required bool Connected { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    public bool Maintenance { get; init; }

    public int? Slots { get; init; }

    public IReadOnlyList<string> Attempts { get; init; } = [];

    public string? Problem { get; init; }

    public string? Hostname { get; init; }

    public string? Version { get; init; }

    public string? Coder { get; init; }

    public string? RunUrl { get; init; }

    public long? FreeDiskBytes { get; init; }
}
