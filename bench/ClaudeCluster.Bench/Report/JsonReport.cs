using System.Text.Encodings.Web;
using System.Text.Json;

namespace ClaudeCluster.Bench.Report;

/// <summary>The report for programs: one object. Names are never renamed; NaN and infinity do not occur in it.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Of(BenchReport report) => JsonSerializer.Serialize(
        new
        {
            report.Machine,
            report.Load,
            Options = new
            {
                Seconds = report.Options.Measured.TotalSeconds,
                WarmUpSeconds = report.Options.WarmUp.TotalSeconds,
                report.Options.Runs,
                report.Options.Only,
                report.Options.Waiting,
                report.Options.Finished,
                Postgres = report.Options.Postgres is not null,
                report.Options.Peers,
            },
            Flush = new { Before = report.FlushBefore, After = report.FlushAfter },
            Rows = report.Lines.Select(line => new
            {
                line.Row,
                line.On,
                line.What,
                line.Unit,
                Values = line.Figures.Select(figure => figure.Value),
                line.Min,
                line.Median,
                line.Max,
                Goal = line.Goal,
                GoalRatio = line.Goal?.Ratio(line.Median),
                Reached = line.Goal?.IsReached(line.Median),
                line.Note,
            }),
            Floors = report.Floors.Select(floor => new { floor.Name, floor.AtLeast, floor.Values, Reached = floor.IsReached }),
            report.Failures,
        },
        Json);
}
