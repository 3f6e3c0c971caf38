using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Simulation.Faults;
using ClaudeCluster.DurableTask.Simulation.Machine;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Simulation.Cast;

/// <summary>
/// The network between a worker or client and the hub, as gRPC behaves: a call can be slow, lost on the way there or back, or come twice;
/// a stream can break, which each side learns at its own time. Whoever has a stream calls the hub at its end; others call any hub.
/// </summary>
internal sealed class Wire(World world, IReadOnlyList<HubHost> hosts) : HubDecorator
{
    private HubHost? _home;
    private Action? _break;

    /// <summary>Breaks the open stream, if there is one.</summary>
    public void BreakStream() => _break?.Invoke();

    public override async IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await world.PauseAsync();
        // A worker that drains, and takes nothing more, stays with its hub.
        var host = _home = _home is not null && offer.StepRoom + offer.ActivityRoom == 0 ? _home : Any();
        var hub = host.Hub ?? throw new ConnectionLostException("Nobody listens.");
        var (here, there) = (SimProcess.Running!, host.Process);
        var arrived = Channel.CreateUnbounded<WorkItem>();
        var end = new CancellationTokenSource();
        void EndThere() => there.Begin(async () => { await world.PauseAsync(); end.Cancel(); });
        void EndHere() => here.Begin(async () => { await world.PauseAsync(); arrived.Writer.TryComplete(new ConnectionLostException("The stream broke.")); });
        here.Died += EndThere;
        there.Died += EndHere;
        await using var stopped = cancellation.Register(() => { EndThere(); arrived.Writer.TryComplete(); });
        _break = () => { EndThere(); EndHere(); };

        there.Begin(() => SendAsync(hub.ReceiveAsync(offer, end.Token), here, arrived.Writer));
        while (await arrived.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (arrived.Reader.TryRead(out var item))
                yield return item;
        }
    }

    protected override async Task<T> CallAsync<T>(string what, Func<ITaskHub, Task<T>> call, bool mayComeTwice = true)
    {
        var host = _home ?? Any();
        await world.PauseAsync();
        if (world.Faults.Strikes(Fault.VeryLate, 0.3))
        {
            world.Trace.Write($"{what}: is very late");
            await world.Time.DelayAsync(TimeSpan.FromSeconds(world.Faults.Next(200)));
        }

        if (world.Faults.Strikes(Fault.RequestLost, 0.3))
            await LoseAsync($"{what}: is lost");
        if (mayComeTwice && world.Faults.Strikes(Fault.Doubled))
            _ = DoubleAsync(host, what, call);
        var answer = await AskAsync(host, call);
        if (world.Faults.Strikes(Fault.ReceiptLost, 0.3))
            await LoseAsync($"{what}: its receipt is lost");
        await world.PauseAsync();
        return answer;
    }

    private HubHost Any() => hosts.Count == 1 ? hosts[0] : hosts[world.Faults.Next(hosts.Count)];

    private static Task<T> AskAsync<T>(HubHost host, Func<ITaskHub, Task<T>> call) =>
        host.Hub is { } hub ? host.Process.AskAsync(() => call(hub)) : throw new ConnectionLostException("Nobody listens.");

    private async Task DoubleAsync<T>(HubHost host, string what, Func<ITaskHub, Task<T>> call)
    {
        await world.PauseAsync();
        if (world.Faults.Happens(0.3))
            await world.Time.DelayAsync(TimeSpan.FromSeconds(world.Faults.Next(200)));
        try
        {
            world.Trace.Write($"{what}: comes twice: {await AskAsync(host, call)}");
        }
        catch (Exception e)
        {
            world.Trace.Write($"{what}: comes twice: {e.GetType().Name}");
        }
    }

    private async Task LoseAsync(string what)
    {
        world.Trace.Write(what);
        await world.Time.DelayAsync(TimeSpan.FromSeconds(1 + world.Faults.Next(30)));
        throw new ConnectionLostException("No answer came in time.");
    }

    /// <summary>The hub's end of a stream.</summary>
    private async Task SendAsync(IAsyncEnumerable<WorkItem> items, SimProcess receiver, ChannelWriter<WorkItem> arrived)
    {
        try
        {
            await foreach (var item in items)
                receiver.Begin(async () => { await world.PauseAsync(); arrived.TryWrite(item); });
            receiver.Begin(() => { arrived.TryComplete(); return Task.CompletedTask; });
        }
        catch (IOException e)
        {
            receiver.Begin(() => { arrived.TryComplete(e); return Task.CompletedTask; });
        }
    }
}
