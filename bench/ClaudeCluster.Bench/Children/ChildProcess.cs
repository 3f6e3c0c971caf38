using System.Diagnostics;
using System.Text.Json;

namespace ClaudeCluster.Bench.Children;

/// <summary>
/// This program again, as a process of its own: it has its own memory, and it can be killed. It answers with one line of JSON, and ends
/// when its standard input does, so it never outlives us.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    public const string Verb = "child";

    private static readonly TimeSpan DiesWithin = TimeSpan.FromSeconds(20);
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    public static ChildProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ChildProcess).Assembly.Location, Verb, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException("The child process does not start."));
    }

    /// <exception cref="InvalidOperationException">It ended without an answer.</exception>
    public async Task<T> AnswerAsync<T>(CancellationToken cancellation)
    {
        var line = await _process.StandardOutput.ReadLineAsync(cancellation);
        return line is null
            ? throw new InvalidOperationException("The child process ended without an answer; what it said stands above.")
            : JsonSerializer.Deserialize<T>(line, JsonSerializerOptions.Web)!;
    }

    /// <summary>SIGKILL: nothing of it runs on, nothing is tidied up.</summary>
    public void KillHard() => _process.Kill(entireProcessTree: true);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            KillHard();
        using var patience = new CancellationTokenSource(DiesWithin);
        await _process.WaitForExitAsync(patience.Token);
        _process.Dispose();
    }
}
