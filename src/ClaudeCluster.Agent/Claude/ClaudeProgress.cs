namespace ClaudeCluster.Agent;

/// <summary>PURE. What happens, in one line for people. Parts of it are the model's words, so nothing in it may move a terminal's cursor.</summary>
internal static class ClaudeProgress
{
    private const int MostCharacters = 160;

    public static string? Describe(ClaudeEvent happened) => happened switch
    {
        ClaudeEvent.Started started => Line($"Claude Code {started.Version} works with {started.Model}"),
        ClaudeEvent.ToolUsed used => Line($"{used.Tool} {used.Target}"),
        ClaudeEvent.Retrying retrying => Line(FormattableString.Invariant(
            $"the model does not answer ({(retrying.Status is { } status ? $"HTTP {status}" : "network")}); try {retrying.Attempt} of {retrying.Most} in {retrying.Delay.TotalSeconds:0.#} s")),
        ClaudeEvent.UsageLimit { IsRejected: true } limit => Line(FormattableString.Invariant($"usage limit {limit.Kind} reached until {limit.ResetsAt:u}")),
        ClaudeEvent.ApiFailed failed => Line(failed.Text),
        ClaudeEvent.Result { DeniedTools.Count: > 0 } result => Line($"denied: {string.Join(", ", result.DeniedTools.Distinct(StringComparer.Ordinal))}"),
        _ => null,
    };

    private static string Line(string text)
    {
        var line = HiddenText.Remove(text).Replace('\n', ' ').Replace('\t', ' ').Trim();
        return line.Length <= MostCharacters ? line : string.Concat(line.AsSpan(0, MostCharacters), "…");
    }
}
