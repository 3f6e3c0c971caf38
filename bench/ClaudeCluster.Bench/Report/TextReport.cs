using System.Globalization;
using System.Text;

namespace ClaudeCluster.Bench.Report;

/// <summary>The report for people: a Markdown table, so that it can be pasted as it is.</summary>
internal static class TextReport
{
    public static string Of(BenchReport report)
    {
        var text = new StringBuilder();
        var machine = report.Machine;
        text.AppendLine(CultureInfo.InvariantCulture, $"Machine: {machine.Processors} processors ({machine.Architecture}), {machine.System}, {machine.Runtime}, {machine.FileSystem}");
        text.AppendLine(CultureInfo.InvariantCulture, $"4 KiB write + fsync: before {report.FlushBefore}; after {report.FlushAfter}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Processors: {report.Load}");
        text.AppendLine(CultureInfo.InvariantCulture, $"{report.Options.Runs} × {report.Options.Measured.TotalSeconds} s per rate. Goal ratio: 1 and more is reached.");
        text.AppendLine();
        AppendTable(text, [Heads(report.Options.Runs), .. report.Lines.Select(line => Cells(line, report.Options.Runs))]);
        foreach (var floor in report.Floors)
        {
            text.AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"Floor: {floor.Name} = {string.Join(", ", floor.Values.Select(Numbers.Text))}; at least {floor.AtLeast} in each run: {Verdict(floor.IsReached)}");
        }

        foreach (var failure in report.Failures)
            text.AppendLine(CultureInfo.InvariantCulture, $"\nNot measured: {failure.Row} (run {failure.Run}): {failure.Reason}");
        return text.ToString().TrimEnd();
    }

    private static string[] Heads(int runs) =>
        ["row", "on", "what", .. runs == 1 ? new[] { "value" } : ["min", "median", "max"], "unit", "goal", "ratio", "reached", "note"];

    private static string[] Cells(Line line, int runs) =>
    [
        line.Row,
        line.On,
        line.What,
        .. runs == 1 ? new[] { Numbers.Text(line.Median) } : [Numbers.Text(line.Min), Numbers.Text(line.Median), Numbers.Text(line.Max)],
        line.Unit,
        line.Goal?.ToString() ?? "",
        line.Goal is { } goal ? Numbers.Text(goal.Ratio(line.Median)) : "",
        line.Goal is { } limit ? Verdict(limit.IsReached(line.Median)) : "",
        line.Note ?? "",
    ];

    private static string Verdict(bool isReached) => isReached ? "yes" : "no";

    private static void AppendTable(StringBuilder text, IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        for (var i = 0; i < rows.Count; i++)
        {
            text.AppendLine($"| {string.Join(" | ", rows[i].Select((cell, column) => cell.PadRight(widths[column])))} |");
            if (i == 0)
                text.AppendLine($"|{string.Join("|", widths.Select(width => new string('-', width + 2)))}|");
        }
    }
}
