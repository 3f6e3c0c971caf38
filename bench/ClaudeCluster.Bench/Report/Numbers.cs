using System.Globalization;

namespace ClaudeCluster.Bench.Report;

/// <summary>Three digits are all that a measurement of a few seconds is worth.</summary>
internal static class Numbers
{
    public static string Text(double value) => value switch
    {
        >= 100 => Math.Round(value).ToString("#,0", CultureInfo.InvariantCulture),
        >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        > -0.005 and < 0 => "0.00",
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[(sorted.Count / 2) - 1] + sorted[sorted.Count / 2]) / 2;
    }
}
