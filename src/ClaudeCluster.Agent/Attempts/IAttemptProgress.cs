namespace ClaudeCluster.Agent;

/// <summary>Told what happens in one attempt, for people. It decides nothing. A line for people is <see cref="IProgress{T}.Report"/>.</summary>
public interface IAttemptProgress : IProgress<string>
{
    /// <summary><c>workspace</c>, <c>coding</c>, <c>verifying</c>, <c>pushing</c>.</summary>
    void Enter(string phase);

    /// <summary>A tool of the coder and what it is used on.</summary>
    void Use(string tool);

    /// <summary>What the coder has taken so far.</summary>
    void Spend(Usage soFar);

    /// <summary>A line of the coder's own output, for its log only.</summary>
    void Hear(string line);

    /// <summary>What authorised people said to this session since the last question.</summary>
    IReadOnlyList<string> TakeGuidance();
}

/// <summary>Many parts of an attempt tell plain lines to whoever listens; only some listeners want more.</summary>
internal static class AttemptProgressExtensions
{
    public static void Enter(this IProgress<string>? progress, string phase) => (progress as IAttemptProgress)?.Enter(phase);

    public static void Use(this IProgress<string>? progress, string tool) => (progress as IAttemptProgress)?.Use(tool);

    public static void Spend(this IProgress<string>? progress, Usage soFar) => (progress as IAttemptProgress)?.Spend(soFar);

    public static void Hear(this IProgress<string>? progress, string line) => (progress as IAttemptProgress)?.Hear(line);

    public static IReadOnlyList<string> TakeGuidance(this IProgress<string>? progress) => (progress as IAttemptProgress)?.TakeGuidance() ?? [];
}
