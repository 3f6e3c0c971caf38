using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.Runner;

/// <summary>One agent of this process.</summary>
/// <param name="Id">Its id, as people see it.</param>
/// <param name="Slots">How many tasks it takes at once.</param>
/// <param name="AddTasks">Registers its <c>RunAgent:…</c> activities, given its worker id.</param>
internal sealed record LocalAgent(AgentId Id, int Slots, Action<DurableTaskRegistry, string> AddTasks);

/// <summary>
/// All roles of a cluster in one process: the hub, the worker that runs the flow's steps, and one worker per agent. They are
/// the parts that a real cluster has, over the same hub interface; nothing in the flow knows that they are neighbours.
/// </summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly RunHub _hub;
    private readonly ServiceProvider _services;
    private readonly TimeProvider _time;
    private Task[] _workers = [];
    private Task[] _failures = [];

    private LocalCluster(RunHub hub, IGitHub gitHub, IFleet fleet, TimeProvider time)
    {
        _time = time;
        _hub = hub;
        Client = new DurableTaskClient(hub.Hub);
        _services = new ServiceCollection()
            .AddSingleton<IRoles>(gitHub).AddSingleton<IRepositoryFiles>(gitHub).AddSingleton<IIssuePage>(gitHub).AddSingleton<IPullRequests>(gitHub)
            .AddSingleton(fleet)
            .AddSingleton(Client)
            .AddSingleton(time)
            .BuildServiceProvider();
    }

    public DurableTaskClient Client { get; }

    /// <summary>Opens the hub, and closes it in the end. Nothing works yet.</summary>
    public static async Task<LocalCluster> OpenAsync(RunHub hub, IGitHub gitHub, IFleet fleet, TimeProvider time, CancellationToken cancellationToken)
    {
        var cluster = new LocalCluster(hub, gitHub, fleet, time);
        try
        {
            await cluster._hub.OpenAsync(cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <param name="agents">They work in this process.</param>
    /// <param name="failure">Whoever waits is told, should it fail.</param>
    public void Start(IReadOnlyList<LocalAgent> agents, Task? failure = null)
    {
        _workers = [RunFlowsAsync(), .. agents.Select(RunAgentAsync)];
        _failures = failure is null ? _workers : [.. _workers, failure];
    }

    /// <summary>Hands an event in, as a door of the coordinator does. The same event again is the same instance, and not new.</summary>
    public async Task<(EventReceipt Receipt, bool IsNew)> ReceiveAsync(IssueEvent received, CancellationToken cancellationToken)
    {
        var (id, isNew) = await Client.HandInAsync(new EventDelivery(received), cancellationToken);
        var end = Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, cancellationToken);
        await OrFailureOfAWorker(end);
        return ((await end).ReadOutputOrThrow<EventReceipt>(), isNew);
    }

    /// <summary>Waits for the flow's end and tells each change on the way.</summary>
    public async Task<FlowState> FollowAsync(string flowId, Action<FlowState> onChange, CancellationToken cancellationToken)
    {
        string? seen = null;
        while (true)
        {
            var flow = await Client.GetInstanceAsync(flowId, getInputsAndOutputs: true, cancellationToken)
                ?? throw new OrchestrationNotFoundException(flowId);
            if (flow.SerializedCustomStatus is { } status && status != seen)
            {
                seen = status;
                onChange(flow.ReadCustomStatusAs<FlowState>()!);
            }

            if (flow.IsCompleted)
                return flow.ReadOutputOrThrow<FlowState>();
            await OrFailureOfAWorker(Task.Delay(LookAgain, _time, cancellationToken));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll(_workers);
        }
        catch (Exception failure) when (failure is OperationCanceledException or HubFileException)
        {
            // It was told to stop, or whoever waited was told why it failed.
        }

        await _services.DisposeAsync();
        await _hub.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>A worker ends before its time only if the hub fails, such as on a full disk; nothing would ever come then.</summary>
    private async Task OrFailureOfAWorker(Task waited)
    {
        if (await Task.WhenAny([waited, .. _failures]) is var first && first != waited)
            await first;
        await waited;
    }

    private Task RunFlowsAsync()
    {
        var registry = new DurableTaskRegistry().AddIssueToPullRequest();
        return RunWorkerAsync("flow", registry, new DurableTaskWorkerOptions { WorkerId = WorkerId("flow") });
    }

    private Task RunAgentAsync(LocalAgent agent)
    {
        var workerId = WorkerId(agent.Id.Value);
        var registry = new DurableTaskRegistry();
        agent.AddTasks(registry, workerId);
        return RunWorkerAsync(agent.Id.Value, registry, new DurableTaskWorkerOptions
        {
            WorkerId = workerId,
            MaximumConcurrentOrchestrations = 0,
            MaximumConcurrentActivities = agent.Slots,
            DrainTimeout = TimeSpan.Zero,
            StopTimeout = TimeToStop,
        });
    }

    private Task RunWorkerAsync(string name, DurableTaskRegistry registry, DurableTaskWorkerOptions options)
    {
        var worker = new DurableTaskWorker(_hub.Hub, registry, _services, options, _time);
        return Task.Run(() => worker.RunAsync(_stop.Token), CancellationToken.None);
    }

    // A worker id dies with its process, so that a claim of a dead process is nobody's.
    private string WorkerId(string name) => $"{name}-{Guid.CreateVersion7(_time.GetUtcNow()):N}";
}
