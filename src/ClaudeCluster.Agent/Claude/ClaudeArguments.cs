namespace ClaudeCluster.Agent;

/// <summary>
/// PURE. What the owner of an agent may add to the CLI's line: options that change how the model thinks, none that changes what it may do
/// or what it is shown.
/// </summary>
public static class ClaudeArguments
{
    private static readonly Dictionary<string, string[]> Values = new(StringComparer.Ordinal)
    {
        ["--effort"] = ["low", "medium", "high", "max"],
    };

    /// <summary>For people.</summary>
    public static IReadOnlyList<string> Allowed { get; } = [.. Values.SelectMany(option => option.Value.Select(value => $"{option.Key}={value}"))];

    /// <param name="argument">Option and value in one: <c>--effort=high</c>.</param>
    public static bool Allows(string argument) => Allowed.Contains(argument, StringComparer.Ordinal);
}
