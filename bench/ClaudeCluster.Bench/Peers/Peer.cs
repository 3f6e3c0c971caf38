namespace ClaudeCluster.Bench.Peers;

/// <summary>Another engine, driven by a script of bench/peers with the same shapes.</summary>
/// <param name="Name">As it stands in the table, without its version.</param>
/// <param name="Script">In bench/peers.</param>
internal sealed record Peer(string Name, string Script)
{
    public const string RestateName = "Restate";

    public static IReadOnlyList<Peer> All { get; } = [new(RestateName, "restate.mjs"), new("JavaScript SDK, in memory", "durabletask.mjs")];
}
