using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// PURE. What our hub is told of an attempt that is to go before others, or after them: a head start in time, so that the oldest work still
/// gets its turn. The words travel with the work, so they are the same by each SDK; a hub of another make ignores the tag.
/// </summary>
internal static class HeadStart
{
    /// <summary>Its value is a whole number of seconds; below zero others go first.</summary>
    public const string Tag = "durabletask.priority";

    private static readonly TimeSpan OfHigh = TimeSpan.FromHours(1);
    private static readonly TimeSpan OfLow = -OfHigh;

    /// <summary>None for work that is as urgent as any.</summary>
    public static IReadOnlyDictionary<string, string> Tags(Priority priority) => priority switch
    {
        Priority.High => Tagged(OfHigh),
        Priority.Low => Tagged(OfLow),
        _ => new Dictionary<string, string>(),
    };

    private static Dictionary<string, string> Tagged(TimeSpan headStart) =>
        new() { [Tag] = ((long)headStart.TotalSeconds).ToString(CultureInfo.InvariantCulture) };
}
