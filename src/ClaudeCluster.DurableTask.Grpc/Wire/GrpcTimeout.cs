using System.Globalization;

namespace ClaudeCluster.DurableTask.Grpc.Wire;

/// <summary>The header grpc-timeout: at most eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    /// <summary>False if the text is none. A time longer than a timer can wait is no time-out at all.</summary>
    public static bool TryParse(string header, out TimeSpan? timeout)
    {
        timeout = null;
        if (header.Length is < 2 or > 9 || !long.TryParse(header.AsSpan(0, header.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return false;
        long? ticks = header[^1] switch
        {
            'H' => value * TimeSpan.TicksPerHour,
            'M' => value * TimeSpan.TicksPerMinute,
            'S' => value * TimeSpan.TicksPerSecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            'n' => value / TimeSpan.NanosecondsPerTick,
            _ => null,
        };
        if (ticks is null)
            return false;
        if (ticks < TimeSpan.FromDays(45).Ticks)
            timeout = TimeSpan.FromTicks(ticks.Value);
        return true;
    }

    public static string Format(TimeSpan timeout) =>
        timeout.TotalMilliseconds < 100_000_000
            ? string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Ceiling(timeout.TotalMilliseconds)}m")
            : string.Create(CultureInfo.InvariantCulture, $"{(long)Math.Min(timeout.TotalSeconds, 99_999_999)}S");
}
