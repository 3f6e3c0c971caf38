namespace ClaudeCluster.Bench.Report;

/// <summary>A limit that a figure should be at or beyond.</summary>
internal sealed record Goal(double Limit, bool IsAtLeast)
{
    public static Goal AtLeast(double limit) => new(limit, IsAtLeast: true);

    public static Goal AtMost(double limit) => new(limit, IsAtLeast: false);

    /// <summary>1 and more is reached, whichever way the goal looks.</summary>
    public double Ratio(double value) => IsAtLeast ? value / Limit : Limit / value;

    public bool IsReached(double value) => Ratio(value) >= 1;

    public override string ToString() => $"{(IsAtLeast ? '≥' : '≤')} {Numbers.Text(Limit)}";
}
