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

    /// <summary>A start, a wait, six steps and five activities, as an SDK makes them. Our own worker hands in several completions by one call.</summary>
    private const int CallsOfSequence = 13;

    public override string Id => RowCatalogue.Wire;

    public override async IAsyncEnumerable<Figure> MeasureAsync(RowRun run, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Around each store, as on a machine that becomes slower or faster meanwhile one of them would be favoured.
        var before = await BareCallsAsync(run, cancellation);
        yield return new Figure(Id, "no store", "bare calls", before, "/s");
        foreach (var store in run.Stores)
        {
            var rate = await SequencesAsync(store.New(run.Folder));
            var after = await BareCallsAsync(run, cancellation);
            yield return new Figure(Id, "no store", $"bare calls after {store.Name}", after, "/s");
            yield return new Figure(Id, store.Name, Figure.Orchestrations, rate, "/s", Goals.Wire(store.Name));
            yield return new Figure(Id, store.Name, "share of bare calls", rate * CallsOfSequence / ((before + after) / 2), "×", Goals.WireShare(store.Name));
            before = after;
        }

        if (!run.Options.Peers)
            yield break;
        // Stored, not, not, stored: a machine that becomes slower or faster meanwhile favours neither.
        var first = await JavaScriptAsync(run, run.Stores[0].New(run.Folder), cancellation);
        var notStored = await RateAsync(new MemoryHubStore()) + await RateAsync(new MemoryHubStore());
        var stored = RateOf(first) + await RateAsync(run.Stores[0].New(run.Folder));
        var sdk = $"{Peer.JavaScriptOnOurHub.Name} {first.Version}";
        yield return new Figure(Id, sdk, $"on {run.Stores[0].Name}", stored / 2, "/s");
        yield return new Figure(Id, sdk, "on a hub that stores nothing", notStored / 2, "/s");
        yield return new Figure(Id, sdk, $"{run.Stores[0].Name} ÷ nothing stored", stored / notStored, "×", Goals.WireOfSdk);

        async Task<double> SequencesAsync(ITaskHubStore store)
        {
            await using var cluster = await BenchCluster.OpenServedAsync(store, BenchTasks.AddTo, cancellation);
            return (await Lanes.RunAsync(InFlight, run.Options, () => cluster.RunAsync(BenchTasks.Seq5, BenchTasks.Seq5Result), cancellation)).PerSecond;
        }

        async Task<double> RateAsync(ITaskHubStore store) => RateOf(await JavaScriptAsync(run, store, cancellation));

        static double RateOf(PeerAnswer answer) => answer.Results[RowCatalogue.Seq5].PerSecond;
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
