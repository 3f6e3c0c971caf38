using System.Diagnostics;
using System.Text.Json;
using ClaudeCluster.PostgresKit;

namespace ClaudeCluster.Bench.Tests;

/// <summary>The command runs and says what it promises to say. How fast anything was is nothing that a test may ask.</summary>
public sealed class BenchCommandTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("claude-cluster-bench-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task One_row_is_measured_on_a_real_file_and_reported_as_json()
    {
        var (exit, output, error) = await RunAsync("--seconds", "0.2", "--only", "seq5", "--json", "-", "--folder", _folder.FullName);

        Assert.True(exit == 0, error);
        using var json = JsonDocument.Parse(output);
        var report = json.RootElement;
        Assert.Equal(Environment.ProcessorCount, report.GetProperty("machine").GetProperty("processors").GetInt32());
        Assert.Equal(0.2, report.GetProperty("options").GetProperty("seconds").GetDouble());
        Assert.All(new[] { "before", "after" }, when => Assert.True(report.GetProperty("flush").GetProperty(when).GetProperty("p50Ms").GetDouble() > 0));
        Assert.Empty(report.GetProperty("failures").EnumerateArray());
        Assert.Empty(report.GetProperty("floors").EnumerateArray());

        var rows = report.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal(["SQLite", "memory"], rows.Select(row => row.GetProperty("on").GetString()));
        Assert.All(rows, row => Assert.Equal(("seq5", "orchestrations", "/s"), (Word(row, "row"), Word(row, "what"), Word(row, "unit"))));
        Assert.All(rows, row => Assert.True(row.GetProperty("median").GetDouble() > 0));
        Assert.All(rows, row => Assert.Equal(1, row.GetProperty("values").GetArrayLength()));
        Assert.True(rows[0].GetProperty("goal").GetProperty("isAtLeast").GetBoolean());
        Assert.True(rows[0].GetProperty("goalRatio").GetDouble() > 0);
        Assert.Contains(rows[0].GetProperty("reached").ValueKind, new[] { JsonValueKind.True, JsonValueKind.False });
        Assert.Contains("| seq5 | SQLite |", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Postgres_is_started_measured_beside_sqlite_and_gone_afterwards()
    {
        Assert.SkipUnless(PostgresServer.IsInstalled, PostgresServer.HowToInstall);
        if (!OperatingSystem.IsWindows())
            _folder.UnixFileMode |= UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute; // The server may run as another user.

        var (exit, output, error) = await RunAsync("--seconds", "0.2", "--only", "seq5", "--postgres", "--json", "-", "--folder", _folder.FullName);

        Assert.True(exit == 0, error);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(["SQLite", "PostgreSQL", "memory"], json.RootElement.GetProperty("rows").EnumerateArray().Select(row => Word(row, "on")));
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    [Fact]
    public async Task A_killed_process_leaves_a_hub_that_the_next_one_opens_and_nothing_else_is_left()
    {
        var (exit, output, error) = await RunAsync("--waiting", "50", "--only", "waiting", "--json", "-", "--folder", _folder.FullName);

        Assert.True(exit == 0, error);
        using var json = JsonDocument.Parse(output);
        Assert.Contains("start after a kill", json.RootElement.GetProperty("rows").EnumerateArray().Select(row => Word(row, "what")));
        Assert.Empty(_folder.EnumerateFileSystemInfos());
    }

    [Theory]
    [InlineData("There is no row 'seq6'", "--only", "seq6")]
    [InlineData("--runs takes a number from 1 to 100, not 0", "--runs", "0")]
    public async Task Bad_input_is_named_and_nothing_is_measured(string message, params string[] args)
    {
        var (exit, output, error) = await RunAsync(args);

        Assert.Equal((2, string.Empty), (exit, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_explains_each_row()
    {
        var (exit, output, _) = await RunAsync("--help");

        Assert.Equal(0, exit);
        Assert.All(
            new[] { "seq5", "one", "fan100", "waiting", "history", "finished" },
            row => Assert.Contains($"\n    {row} ", output, StringComparison.Ordinal));
    }

    private static string? Word(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] args)
    {
        using var bench = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ClaudeCluster.Bench.dll"), .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var said = await Task.WhenAll(bench.StandardOutput.ReadToEndAsync(patience.Token), bench.StandardError.ReadToEndAsync(patience.Token));
            await bench.WaitForExitAsync(patience.Token);
            return (bench.ExitCode, said[0], said[1]);
        }
        finally
        {
            if (!bench.HasExited)
                bench.Kill(entireProcessTree: true);
        }
    }
}
