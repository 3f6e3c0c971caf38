using System.Runtime.CompilerServices;
using ClaudeCluster.Bench.Clusters;
using ClaudeCluster.Bench.Peers;
using ClaudeCluster.Bench.Report;
using ClaudeCluster.Bench.Workloads;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;

namespace ClaudeCluster.Bench.Rows;

/// <summary>
/// Sequences of five activities through the protocol, fifty in flight, beside what bare calls of the same connection would allow. With
/// peers: the same by Microsoft's JavaScript SDK, on a hub that stores and on one that does not.
/// </summary>
internal sealed class WireRow : Row
{
    private const int InFlight = 50;

    /// <summary>A start, a wait, six steps and five activities.</summary>
    private const int CallsOfSequence = 13;

    public override string Id => RowCatalogue.Wire;

    public override async IAsyncEnumerable<Figure> MeasureAsync(RowRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var bare = await BareCallsAsync(run, cancellation);
        yield return new Figure(Id, "no store", "bare calls", bare, "/s");
        foreach (var store in run.Stores)
        {
            await using var cluster = await BenchCluster.OpenServedAsync(store.New(run.Folder), BenchTasks.AddTo, cancellation);
            var result = await Lanes.RunAsync(InFlight, run.Options, () => cluster.RunAsync(BenchTasks.Seq5, BenchTasks.Seq5Result), cancellation);
            yield return new Figure(Id, store.Name, Figure.Orchestrations, result.PerSecond, "/s", Goals.Wire(store.Name));
            yield return new Figure(Id, store.Name, "share of bare calls", result.PerSecond * CallsOfSequence / bare, "×", Goals.WireShare(store.Name));
        }

        if (!run.Options.Peers)
            yield break;
        var stored = await JavaScriptAsync(run, run.Stores[0].New(run.Folder), cancellation);
        var notStored = await JavaScriptAsync(run, new MemoryHubStore(), cancellation);
        var sdk = $"{Peer.JavaScriptOnOurHub.Name} {stored.Version}";
        var (durable, volatileRate) = (stored.Results[RowCatalogue.Seq5].PerSecond, notStored.Results[RowCatalogue.Seq5].PerSecond);
        yield return new Figure(Id, sdk, $"on {run.Stores[0].Name}", durable, "/s");
        yield return new Figure(Id, sdk, "on a hub that stores nothing", volatileRate, "/s");
        yield return new Figure(Id, sdk, $"{run.Stores[0].Name} ÷ nothing stored", durable / volatileRate, "×", Goals.WireOfSdk);
    }

    /// <summary>A question whose answer costs nothing: there is no such instance.</summary>
    private static async Task<double> BareCallsAsync(RowRun run, CancellationToken cancellation)
    {
        await using var hub = await OpenAsync(new MemoryHubStore(), cancellation);
        await using var served = await ServedHub.StartAsync(hub);
        return (await Lanes.RunAsync(InFlight, run.Options, () => served.Remote.GetAsync("none", payloads: false, cancellation), cancellation)).PerSecond;
    }

    private static async Task<PeerAnswer> JavaScriptAsync(RowRun run, ITaskHubStore store, CancellationToken cancellation)
    {
        var packages = await PeerPackages.InstalledAsync(run.Progress, cancellation);
        await using var hub = await OpenAsync(store, cancellation);
        await using var served = await ServedHub.StartAsync(hub);
        return await PeerProcess.RunAsync(packages, Peer.JavaScriptOnOurHub with { Hub = served.Address.Authority }, run, cancellation);
    }

    private static async Task<LocalTaskHub> OpenAsync(ITaskHubStore store, CancellationToken cancellation)
    {
        var hub = new LocalTaskHub(store, TimeProvider.System);
        await hub.OpenAsync(cancellation);
        return hub;
    }
}
