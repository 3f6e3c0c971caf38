using System.Diagnostics;
using System.Globalization;

namespace ClaudeCluster.Bench;

/// <summary>What goes on, line by line, on standard error: a run takes minutes.</summary>
internal sealed class Progress(TextWriter error)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    public void Say(string line) => error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{_clock.Elapsed.TotalSeconds,6:0.0} s] {line}"));

    public void BeginRun(int run, int runs)
    {
        if (runs > 1)
            Say($"run {run} of {runs}");
    }

    [Conditional("DEBUG")]
    public void WarnAboutDebugBuild() => Say("This is a Debug build: its numbers mean nothing. Use 'dotnet run -c Release'.");
}
