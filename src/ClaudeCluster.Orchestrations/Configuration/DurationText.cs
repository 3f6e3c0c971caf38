using System.Globalization;

namespace ClaudeCluster.Orchestrations;

/// <summary>PURE. Durations as people write them: <c>90s</c>, <c>15m</c>, <c>1h30m</c>, <c>2d</c>.</summary>
public static class DurationText
{
    private const int MostDigits = 6;

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var smallest = TimeSpan.MaxValue;
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is <= 0 or > MostDigits || UnitOf(rest[digits]) is not { } unit || unit >= smallest)
                return false;
            duration += long.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture) * unit;
            smallest = unit;
            rest = rest[(digits + 1)..];
        }

        return text.Length > 0;
    }

    /// <summary>Reads back; parts of a second are dropped, but less than a second is written in milliseconds.</summary>
    public static string Write(TimeSpan duration)
    {
        if (duration > TimeSpan.Zero && duration < TimeSpan.FromSeconds(1))
            return string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (int)duration.TotalMilliseconds)}ms");
        (int Count, string Unit)[] parts = [(duration.Days, "d"), (duration.Hours, "h"), (duration.Minutes, "m"), (duration.Seconds, "s")];
        var text = string.Concat(parts.Where(part => part.Count > 0).Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count}{part.Unit}")));
        return text.Length > 0 ? text : "0s";
    }

    private static TimeSpan? UnitOf(char unit) => unit switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };
}
