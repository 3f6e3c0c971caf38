using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.Bench.Rows;

namespace ClaudeCluster.Bench.Peers;

/// <summary>One run of a peer's script: bounded, with a data folder of its own, and dead with all its children when it is over.</summary>
internal static class PeerProcess
{
    private static readonly TimeSpan ForStartAndEnd = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(10);

    /// <exception cref="InvalidOperationException">The peer gave no answer; the message holds what it said instead.</exception>
    public static async Task<PeerAnswer> RunAsync(string packages, Peer peer, RowRun run, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ForStartAndEnd + ((run.Options.Measured + run.Options.WarmUp) * PeerRow.Shapes.Length));
        var data = run.Folder.NewFolder("peer");
        using var process = Start(packages, data, Arguments(packages, data, peer, run));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (await output).Split('\n').LastOrDefault(line => line.StartsWith('{')) is { } answer
                ? PeerAnswer.Read(answer)
                : throw new InvalidOperationException($"{peer.Name} ended with exit code {process.ExitCode}: {(await error).Trim()}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{peer.Name} did not end in time.");
        }
        finally
        {
            await EndAsync(process);
        }
    }

    private static IReadOnlyList<string> Arguments(string packages, string data, Peer peer, RowRun run)
    {
        List<string> command =
        [
            "node",
            Path.Combine(packages, peer.Script),
            "--seconds",
            run.Options.Measured.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            "--warm-up",
            run.Options.WarmUp.TotalSeconds.ToString(CultureInfo.InvariantCulture),
            "--only",
            peer.Hub is null ? string.Join(',', run.Options.Only.Intersect(PeerRow.Shapes)) : RowCatalogue.Seq5,
            "--data",
            data,
        ];
        return peer.Hub is { } hub ? [.. command, "--hub", hub] : NetworkNamespace.Around(command);
    }

    /// <summary>Its standard input stays open while we live: it ends by itself if we are killed. What it leaves lying about is in its folder.</summary>
    private static Process Start(string packages, string data, IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = packages,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = data;
        return Process.Start(start)!;
    }

    /// <summary>It goes when its standard input ends, and takes its children along; one that does not is killed with them.</summary>
    private static async Task EndAsync(Process process)
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(EndsWithin);
        await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (process.HasExited)
            return;
        process.Kill(entireProcessTree: true);
        using var last = new CancellationTokenSource(EndsWithin);
        await process.WaitForExitAsync(last.Token);
    }
}
