using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>What an agent is good at: an open word, never an enumeration.</summary>
[JsonConverter(typeof(StringValueJson<Specialty>))]
public readonly record struct Specialty(string Value) : IStringValue<Specialty>
{
    public static Specialty From(string value) => new(value);

    public override string ToString() => Value;
}

/// <summary>How urgent an issue says it is.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Priority>))]
public enum Priority
{
    Normal,
    High,
    Low,
}

/// <summary>Where an issue goes, and why, in words that stand in the comment.</summary>
/// <param name="Specialty">Null: nowhere, a label excludes it.</param>
/// <param name="Reasons">In the order in which they were found; never empty.</param>
public sealed record RoutingDecision(Specialty? Specialty, Priority Priority, IReadOnlyList<string> Reasons);
