namespace ClaudeCluster.Agent;

/// <summary>What an agent is and where it works.</summary>
public sealed record AgentOptions
{
    public required AgentId AgentId { get; init; }

    /// <summary>This process, as its worker is known to the hub: it dies with it, so a restarted agent is another worker.</summary>
    public required string WorkerId { get; init; }

    /// <summary>Where people can watch it, such as an Actions run.</summary>
    public string? RunUrl { get; init; }

    /// <summary>What it takes tasks of.</summary>
    public required IReadOnlyList<Specialty> Specialties { get; init; }

    /// <summary>Mirrors, work trees and scratch folders stand below it; nothing else may.</summary>
    public required string Root { get; init; }

    /// <summary>What its own git, tests and scripts may see of the host's environment; at least PATH. Never a secret.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Author and committer of its commits.</summary>
    /// <value>Default: ClaudeCluster.</value>
    public string GitName { get; init; } = "ClaudeCluster";

    /// <value>Default: an address that belongs to nobody.</value>
    public string GitEmail { get; init; } = "agent@claude-cluster.invalid";
}
