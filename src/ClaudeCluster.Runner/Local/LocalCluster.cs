using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.Runner;

/// <summary>One agent of this process.</summary>
/// <param name="Id">Its id, as people see it.</param>
/// <param name="Slots">How many tasks it takes at once.</param>
/// <param name="AddTasks">Registers its <c>RunAgent:…</c> activities, given its worker id and a token that ends them.</param>
internal sealed record LocalAgent(AgentId Id, int Slots, Action<DurableTaskRegistry, string, CancellationToken> AddTasks);

/// <summary>
/// All roles of a cluster in one process: the hub, the worker that runs the flow's steps, and one worker per agent. They are
/// the parts that a real cluster has, over the same hub interface; nothing in the flow knows that they are neighbours.
/// </summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();

    /// <summary>Fails with the first worker that does (its hub file cannot be written): what the others wait for would never come.</summary>
    private readonly TaskCompletionSource _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly ITaskHubStore _store;
    private readonly LocalTaskHub _hub;
    private readonly ServiceProvider _services;
    private readonly TimeProvider _time;
    private Task _workers = Task.CompletedTask;

    private LocalCluster(ITaskHubStore store, IGitHub gitHub, IFleet fleet, TimeProvider time)
    {
        _store = store;
        _time = time;
        _hub = new LocalTaskHub(store, time);
        Client = new DurableTaskClient(_hub);
        _services = new ServiceCollection()
            .AddSingleton<IRoles>(gitHub).AddSingleton<IRepositoryFiles>(gitHub).AddSingleton<IIssuePage>(gitHub).AddSingleton<IPullRequests>(gitHub)
            .AddSingleton(fleet)
            .AddSingleton(Client)
            .AddSingleton(time)
            .BuildServiceProvider();
    }

    public DurableTaskClient Client { get; }

    /// <summary>Opens the hub: from here on it is this process's alone. Nothing works yet.</summary>
    public static async Task<LocalCluster> OpenAsync(ITaskHubStore store, IGitHub gitHub, IFleet fleet, TimeProvider time, CancellationToken cancellationToken)
    {
        var cluster = new LocalCluster(store, gitHub, fleet, time);
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

    public void Start(IReadOnlyList<LocalAgent> agents) => _workers = Task.WhenAll(agents.Select(RunAgentAsync).Prepend(RunFlowsAsync()));

    /// <summary>Hands an event in, as a door of the coordinator does. The same event again is the same instance, and not new.</summary>
    public async Task<(EventReceipt Receipt, bool IsNew)> ReceiveAsync(IssueEvent received, CancellationToken cancellationToken)
    {
        var id = ReceiveEvent.InstanceId(received);
        var isNew = true;
        try
        {
            // A refusal is asked again: the policy, or the roles, may have changed since.
            await Client.ScheduleNewOrchestrationInstanceAsync(
                nameof(ReceiveEvent),
                new EventDelivery(received),
                new StartOrchestrationOptions(id) { DedupeStatuses = await DedupeAsync(id, cancellationToken) },
                cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            isNew = false;
        }

        var ended = await UnlessBrokenAsync(token => Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, token), cancellationToken);
        return (ended.ReadOutputOrThrow<EventReceipt>(), isNew);
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
            await UnlessBrokenAsync(token => Task.Delay(LookAgain, _time, token), cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _workers;
        }
        catch (Exception ended) when (ended is OperationCanceledException || _broken.Task.IsFaulted)
        {
            // It was told to stop, or whoever waited was told why it ended.
        }

        await _services.DisposeAsync();
        await _hub.DisposeAsync();
        await _store.DisposeAsync();
        _stop.Dispose();
    }

    private async Task<IReadOnlyList<string>?> DedupeAsync(string id, CancellationToken cancellationToken)
    {
        var earlier = await Client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken);
        var isRefusal = earlier is { RuntimeStatus: OrchestrationRuntimeStatus.Failed }
            || (earlier is { RuntimeStatus: OrchestrationRuntimeStatus.Completed } && earlier.ReadOutputAs<EventReceipt>()?.FlowId is null);
        return isRefusal ? [] : null;
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
        agent.AddTasks(registry, workerId, _stop.Token);
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
        var worker = new DurableTaskWorker(_hub, registry, _services, options, _time);
        return Task.Run(RunAsync, CancellationToken.None);

        async Task RunAsync()
        {
            try
            {
                await worker.RunAsync(_stop.Token);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                _broken.TrySetException(failure);
                throw;
            }
        }
    }

    private async Task<T> UnlessBrokenAsync<T>(Func<CancellationToken, Task<T>> wait, CancellationToken cancellationToken)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = wait(giveUp.Token);
        if (await Task.WhenAny(waiting, _broken.Task) == waiting)
            return await waiting;
        await giveUp.CancelAsync();
        await _broken.Task;
        return await waiting;
    }

    private Task UnlessBrokenAsync(Func<CancellationToken, Task> wait, CancellationToken cancellationToken) => UnlessBrokenAsync(
        async token =>
        {
            await wait(token);
            return true;
        },
        cancellationToken);

    // A worker id dies with its process, so that a claim of a dead process is nobody's.
    private string WorkerId(string name) => $"{name}-{Guid.CreateVersion7(_time.GetUtcNow()):N}";
}
