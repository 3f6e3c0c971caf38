using System.Runtime.CompilerServices;
using System.Text.Json;
using ClaudeCluster.Bench.Report;
using ClaudeCluster.Bench.Rows;

namespace ClaudeCluster.Bench.Peers;

/// <summary>A peer measured with those of our shapes that were asked for; its figures stand in the rows of ours.</summary>
internal sealed class PeerRow(Peer peer) : Row
{
    public static readonly string[] Shapes = [RowCatalogue.Seq5, RowCatalogue.One, RowCatalogue.Fan100];

    public override string Id => peer.Name;

    public override async IAsyncEnumerable<Figure> MeasureAsync(RowRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var packages = await PeerPackages.InstalledAsync(run.Progress, cancellation);
        var answer = await PeerProcess.RunAsync(packages, peer, run, cancellation);
        var on = $"{peer.Name} {answer.Version}";
        if (answer.Results.TryGetValue(RowCatalogue.Seq5, out var sequences))
            yield return new Figure(RowCatalogue.Seq5, on, Figure.Orchestrations, sequences.PerSecond, "/s");
        if (answer.Results.TryGetValue(RowCatalogue.One, out var one))
        {
            yield return new Figure(RowCatalogue.One, on, Figure.Median, one.P50, "ms");
            yield return new Figure(RowCatalogue.One, on, "p99", one.P99, "ms");
        }

        if (answer.Results.TryGetValue(RowCatalogue.Fan100, out var fans))
            yield return new Figure(RowCatalogue.Fan100, on, Figure.Activities, fans.PerSecond * FanOutRow.Activities, "/s");
    }
}

/// <summary>The one JSON object that a script of bench/peers prints.</summary>
internal sealed record PeerAnswer(string Version, IReadOnlyDictionary<string, PeerResult> Results)
{
    public static PeerAnswer Read(string json) => JsonSerializer.Deserialize<PeerAnswer>(json, JsonSerializerOptions.Web)!;
}

/// <summary>One shape; latencies in milliseconds.</summary>
internal sealed record PeerResult(double PerSecond, double P50, double P99);
