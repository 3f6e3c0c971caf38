using ClaudeCluster.Agent;

namespace ClaudeCluster.Runner;

/// <summary>What an agent does to every text before it is logged, stored or sent.</summary>
internal static class AgentRedaction
{
    public static Func<string, string> Of(IReadOnlyList<string> secrets) => new Redaction(secrets).Apply;
}
