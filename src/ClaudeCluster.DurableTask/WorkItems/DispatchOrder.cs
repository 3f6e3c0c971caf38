using System.Globalization;
using System.Numerics;
using ClaudeCluster.DurableTask.Transitions;

namespace ClaudeCluster.DurableTask.WorkItems;

/// <summary>
/// In what order waiting activities are handed out: by age, where priority is a head start in time. An urgent one goes before all that was
/// scheduled up to so much earlier, and after all that is older still: so nothing starves. Pure.
/// </summary>
internal static class DispatchOrder
{
    /// <summary>A greater head start, or handicap, counts as this one.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>What the tag <see cref="TaskTags.Priority"/> says; zero without it, or if it is no whole number. Below zero lets others go first.</summary>
    public static TimeSpan HeadStart(IReadOnlyDictionary<string, string> tags) =>
        tags.TryGetValue(TaskTags.Priority, out var said) && BigInteger.TryParse(said, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds((double)BigInteger.Clamp(seconds, -(BigInteger)Longest.TotalSeconds, (BigInteger)Longest.TotalSeconds))
            : TimeSpan.Zero;

    /// <summary>The instant at which the activity counts as scheduled; of two that wait, the one with the earlier goes first.</summary>
    public static DateTimeOffset CountsFrom(ActivityRow activity)
    {
        var ticks = activity.ScheduledAt.UtcTicks - HeadStart(activity.Tags).Ticks;
        return new(Math.Clamp(ticks, DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero);
    }
}
