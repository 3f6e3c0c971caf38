using System.Diagnostics;
using System.Text;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Kit;

/// <summary>A program of tests/durabletask-js, in a process of its own that ends with its test.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private NodeProcess(IReadOnlyList<string> arguments, Uri? hub)
    {
        var start = new ProcessStartInfo("node", arguments)
        {
            WorkingDirectory = Folder(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (hub is not null)
            start.Environment["HUB"] = hub.Authority;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The address that the program says it listens to.</summary>
    public Uri? Address { get; private set; }

    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    public static NodeProcess Start(Uri? hub, params string[] arguments) => new(arguments, hub);

    /// <summary>Runs the program to its end; its exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await _process.WaitForExitAsync(enough.Token);
        return _process.ExitCode;
    }

    /// <summary>Waits until the program says that it is ready.</summary>
    public Task ReadyAsync() => _ready.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        lock (_said)
            _said.AppendLine(line);
        if (!line.StartsWith("ready", StringComparison.Ordinal))
            return;
        if (line.Split(' ') is [_, var port])
            Address = new Uri($"http://127.0.0.1:{port}");
        _ready.TrySetResult();
    }

    private static string Folder()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var programs = Path.Combine(folder, "tests", "durabletask-js");
            if (Directory.Exists(programs))
                return programs;
        }

        throw new DirectoryNotFoundException("tests/durabletask-js is not above the tests.");
    }
}
