using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

// What agent and coordinator say to each other beside the hub: for people and the dashboard. None of it gives, keeps or takes work; only the hub does.

/// <summary>Who an agent is. Sent when it starts, and with every sign of life.</summary>
public sealed record AgentHello
{
    public required AgentId Agent { get; init; }

    /// <summary>The PC, as people know it.</summary>
    public string Hostname { get; init; } = string.Empty;

    public required IReadOnlyList<Specialty> Specialties { get; init; }

    /// <summary>How many tasks it takes at once.</summary>
    public required int Slots { get; init; }

    /// <summary>Of ClaudeCluster.</summary>
    public string Version { get; init; } = string.Empty;

    /// <summary>What edits its code: <c>Claude Code 2.1.330</c>.</summary>
    public string Coder { get; init; } = string.Empty;

    /// <summary>Its configuration's own words about the PC, such as <c>gpu: none</c>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>This process, as the hub knows it.</summary>
    public required string WorkerId { get; init; }

    /// <summary>Where people can watch it, such as an Actions run.</summary>
    public string? RunUrl { get; init; }
}

/// <summary>What an agent does.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AgentState>))]
public enum AgentState
{
    /// <summary>It takes tasks while it has room.</summary>
    Ready,

    /// <summary>A person wants it to take none.</summary>
    Maintenance,

    /// <summary>Its account or its PC cannot take any; <see cref="AgentReport.Problem"/> says why.</summary>
    Closed,

    /// <summary>It ends what it has, and stops.</summary>
    Draining,
}

/// <summary>A sign of life: <c>PUT /api/agents/{id}</c>, every 20 seconds and at each change of state. The first one registers the agent.</summary>
public sealed record AgentReport
{
    public required AgentHello Hello { get; init; }

    public required AgentState State { get; init; }

    /// <summary>Why it takes no tasks; null while it does.</summary>
    public string? Problem { get; init; }

    /// <summary>What it works on.</summary>
    public IReadOnlyList<string> Attempts { get; init; } = [];

    /// <summary>On the disk of its workspaces.</summary>
    public long FreeDiskBytes { get; init; }
}

/// <summary>The answer to a sign of life.</summary>
/// <param name="Maintenance">A person wants the agent to take no more tasks.</param>
public sealed record AgentOrders(bool Maintenance);

/// <summary>What an attempt is doing: <c>POST /api/attempts/{id}/progress</c>. Bounded and redacted by the agent; kept for people only.</summary>
public sealed record AttemptProgress
{
    public required AgentId Agent { get; init; }

    /// <summary><c>workspace</c>, <c>coding</c>, <c>verifying</c>, <c>pushing</c>.</summary>
    public required string Phase { get; init; }

    /// <summary>The coder's last tool and what it was used on.</summary>
    public string? LastTool { get; init; }

    public Usage Usage { get; init; } = new();

    /// <summary>New lines since the last progress, at most 100 of at most 300 characters.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];
}

/// <summary>The answer to a progress: what authorised people have said to this session since the last one.</summary>
public sealed record ProgressAnswer(IReadOnlyList<string> Guidance);

/// <summary>Asks for a credential to push one attempt's branch: <c>POST /api/attempts/{id}/push-credential</c>, just before the push.</summary>
public sealed record PushCredentialRequest(AgentId Agent, long RepositoryId, string Branch);

/// <summary>For git over HTTP, for one repository. It never leaves the agent's own git.</summary>
public sealed record PushCredential(string User, string Secret, DateTimeOffset ExpiresAt)
{
    public override string ToString() => $"credential of {User}";
}
