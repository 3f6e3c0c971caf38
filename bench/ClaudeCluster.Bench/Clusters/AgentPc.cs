using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ClaudeCluster.Bench.Machine;

namespace ClaudeCluster.Bench.Clusters;

/// <summary>An agent as a process of its own, as on a PC of its own. Its coder plays a script, so that only our own code is measured.</summary>
internal sealed class AgentPc : IAsyncDisposable
{
    private const string MemoryLine = "VmRSS:";

    private readonly Process _process;

    private AgentPc(Process process) => _process = process;

    /// <summary>Bytes of memory that the process has now.</summary>
    public long MemoryBytes => File.ReadLines($"/proc/{_process.Id.ToString(CultureInfo.InvariantCulture)}/status")
        .Where(line => line.StartsWith(MemoryLine, StringComparison.Ordinal))
        .Select(line => long.Parse(line[MemoryLine.Length..].Replace("kB", string.Empty, StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024)
        .Single();

    /// <summary>Starts it and waits until it takes tasks.</summary>
    public static async Task<AgentPc> StartAsync(Uri hub, string repository, string script, int slots, string workspaces, WorkFolder folder, CancellationToken cancellation)
    {
        var config = folder.NewFile("agent.yml");
        await File.WriteAllTextAsync(
            config,
            $$"""
              agent_id: bench
              hub: {{hub.Authority}}
              specialties: [bench]
              workspace_root: {{workspaces}}
              max_concurrent_tasks: {{slots}}
              repositories: { url: {{repository}} }
              sandbox: { enabled: false }
              health: { enabled: false }
              """,
            cancellation);
        var scriptFile = folder.NewFile("script.yml");
        await File.WriteAllTextAsync(scriptFile, script, cancellation);
        string[] command = [Path.Combine(AppContext.BaseDirectory, "ClaudeCluster.Runner.dll"), "agent", "--config", config, "--coder", $"script:{scriptFile}", "--json"];
        var process = Process.Start(new ProcessStartInfo("dotnet", command) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        // It would stop at a full pipe.
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        var pc = new AgentPc(process);
        try
        {
            await pc.UntilReadyAsync(cancellation);
            return pc;
        }
        catch
        {
            await pc.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Its one JSON object says that it takes tasks.</summary>
    private async Task UntilReadyAsync(CancellationToken cancellation)
    {
        var text = string.Empty;
        while (!IsWhole(text))
        {
            text += await _process.StandardOutput.ReadLineAsync(cancellation)
                ?? throw new InvalidOperationException("The agent ended before it took tasks.");
        }
    }

    private static bool IsWhole(string text)
    {
        try
        {
            using var answer = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
