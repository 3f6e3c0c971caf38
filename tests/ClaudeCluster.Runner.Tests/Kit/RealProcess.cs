using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace ClaudeCluster.Runner.Tests;

/// <summary>A running command. Its lines are signals to wait for.</summary>
internal sealed class RealProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly List<(Func<string, bool> IsMeant, TaskCompletionSource Seen)> _waiting = [];
    private readonly Lock _gate = new();

    public RealProcess(ProcessStartInfo description)
    {
        description.RedirectStandardOutput = true;
        description.RedirectStandardError = true;
        description.RedirectStandardInput = true;
        _process = new Process { StartInfo = description };
        _process.OutputDataReceived += (_, line) => Hear(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(_error, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _process.StandardInput.Close();
    }

    public int Id => _process.Id;

    public string SaidSoFar => Heard(_output);

    public bool HasExited => _process.HasExited;

    /// <summary>What it has said so far on standard output.</summary>
    public string Output => Heard(_output);

    /// <summary>Waits until the process has printed such a line.</summary>
    public async Task SaysAsync(string part)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_output.ToString().Contains(part, StringComparison.Ordinal) || _error.ToString().Contains(part, StringComparison.Ordinal))
                return;
            _waiting.Add((line => line.Contains(part, StringComparison.Ordinal), seen));
        }

        var exited = EndAsync();
        if (await Task.WhenAny(seen.Task, exited) == exited && !seen.Task.IsCompleted)
            throw new InvalidOperationException($"The process ended and never said '{part}'.\n{(await exited).All}");
    }

    public async Task<Ended> EndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The process did not end within {Patience}.\n{Heard(_output)}\n{Heard(_error)}");
        }

        return new Ended(_process.ExitCode, Heard(_output), Heard(_error));
    }

    public void Interrupt() => Signal(2);

    public void Terminate() => Signal(15);

    /// <summary>As <c>kill -9</c>: of this process alone, not of its children.</summary>
    public void Kill() => Signal(9);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Signal(int number)
    {
        if (!_process.HasExited)
            _ = SendSignal(_process.Id, number);
    }

    private void Hear(StringBuilder heard, string? line)
    {
        if (line is null)
            return;
        lock (_gate)
        {
            heard.Append(line).Append('\n');
            foreach (var (_, seen) in _waiting.Where(waiting => waiting.IsMeant(line)))
                seen.TrySetResult();
        }
    }

    private string Heard(StringBuilder heard)
    {
        lock (_gate)
            return heard.ToString();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
