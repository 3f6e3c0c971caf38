namespace ClaudeCluster.Bench.Peers;

/// <summary>Another engine, driven by a script of bench/peers with the same shapes.</summary>
/// <param name="Name">As it stands in the table, without its version.</param>
/// <param name="Script">In bench/peers.</param>
internal sealed record Peer(string Name, string Script)
{
    public const string RestateName = "Restate";

    /// <summary>The SDK as client and worker of a hub of ours.</summary>
    public static Peer JavaScriptOnOurHub { get; } = new("JavaScript SDK", "durabletask-hub.mjs");

    /// <summary>Host and port of our hub, which it can reach only outside of a network of its own; null if it brings all it needs.</summary>
    public string? Hub { get; init; }

    public static IReadOnlyList<Peer> All { get; } = [new(RestateName, "restate.mjs"), new("JavaScript SDK, in memory", "durabletask.mjs")];
}
