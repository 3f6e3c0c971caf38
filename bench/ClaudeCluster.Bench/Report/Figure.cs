using System.Globalization;

namespace ClaudeCluster.Bench.Report;

/// <summary>One number of one run.</summary>
/// <param name="Row">The row's id.</param>
/// <param name="On">The store, or the peer.</param>
/// <param name="What">What is counted or timed.</param>
internal sealed record Figure(string Row, string On, string What, double Value, string Unit, Goal? Goal = null)
{
    /// <summary>The same words for our figures and those of peers: a ratio is taken of equals.</summary>
    public const string Orchestrations = "orchestrations";

    public const string Activities = "activities";

    public const string Median = "median";

    public string? Note { get; init; }

    public static double Megabytes(long bytes) => bytes / 1_000_000d;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Row}, {On}: {What} {Numbers.Text(Value)} {Unit}");
}
