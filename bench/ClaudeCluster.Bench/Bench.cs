using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Machine;
using ClaudeCluster.Bench.Report;
using ClaudeCluster.Bench.Rows;
using ClaudeCluster.PostgresKit;

namespace ClaudeCluster.Bench;

/// <summary>One measurement from flush rate to flush rate: all rows, as often as was asked for.</summary>
internal static class Bench
{
    public static async Task<ExitCode> RunAsync(BenchOptions options, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        using var folder = new WorkFolder(options.Folder);
        using var postgres = options.Postgres == BenchOptions.OwnServer ? StartPostgres(options.Folder) : null;
        var stores = StoreChoice.From(postgres?.ConnectionString ?? options.Postgres);
        var progress = new Progress(error);
        progress.WarnAboutDebugBuild();

        var load = Load.Read();
        var results = new Results();
        var before = Flushes(folder, progress);
        for (var run = 1; run <= options.Runs; run++)
        {
            results.BeginRun(run);
            progress.BeginRun(run, options.Runs);
            foreach (var row in RowCatalogue.Chosen(options))
                await MeasureAsync(row, new RowRun(options, stores, folder, progress), results, cancellation);
        }

        var report = new BenchReport(
            MachineFacts.Read(options.Folder),
            new Load(load, Load.Read()),
            options,
            before,
            Flushes(folder, progress),
            results.Lines,
            results.Floors,
            results.Failures);
        await PrintAsync(report, options.Json, output, error);
        return results.Failures.Count == 0 ? ExitCode.Done : ExitCode.RowFailed;
    }

    private static PostgresServer StartPostgres(string folder)
    {
        try
        {
            return PostgresServer.StartNew(folder);
        }
        catch (InvalidOperationException e)
        {
            throw new BadInputException(e.Message);
        }
    }

    private static FlushRate Flushes(WorkFolder folder, Progress progress)
    {
        var rate = FlushRate.Measure(folder);
        progress.Say($"4 KiB write + fsync: {rate}");
        return rate;
    }

    /// <summary>A row that fails is named at the end; what it had measured by then, and the other rows, stand.</summary>
    private static async Task MeasureAsync(Row row, RowRun run, Results results, CancellationToken cancellation)
    {
        try
        {
            await foreach (var figure in row.MeasureAsync(run, cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
                results.Add(figure);
                run.Progress.Say(figure.ToString());
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            results.Fail(row.Id, e.Message);
            run.Progress.Say($"{row.Id} failed: {e}");
        }
    }

    private static async Task PrintAsync(BenchReport report, string? json, TextWriter output, TextWriter error)
    {
        await (json == "-" ? error : output).WriteLineAsync(TextReport.Of(report));
        if (json == "-")
            await output.WriteLineAsync(JsonReport.Of(report));
        else if (json is not null)
            await File.WriteAllTextAsync(json, JsonReport.Of(report) + "\n");
    }
}
