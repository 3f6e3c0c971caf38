using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>What a test's agent does with a task; it is asked after the claim.</summary>
internal delegate Task<AttemptResult> AgentScript(AgentTask task);

/// <summary>The real flow on a hub in memory, with a recording GitHub and an agent that a test scripts.</summary>
internal sealed class FlowHarness : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ITaskHubStore _store;
    private readonly TimeProvider _time;
    private readonly ExceptionProperties? _exceptions;
    private readonly LocalTaskHub _hub;
    private readonly List<Task> _workers = [];
    private readonly ServiceProvider _services;

    private FlowHarness(ITaskHubStore store, TimeProvider time, ExceptionProperties? exceptions)
    {
        (_store, _time, _exceptions) = (store, time, exceptions);
        _hub = new LocalTaskHub(_store, time);
        Client = new DurableTaskClient(_hub);
        GitHub.Roles["ada"] = Role.Write;
        _services = new ServiceCollection()
            .AddSingleton<IRoles>(GitHub).AddSingleton<IRepositoryFiles>(GitHub).AddSingleton<IIssuePage>(GitHub).AddSingleton<IPullRequests>(GitHub)
            .AddSingleton<IFleet>(Fleet)
            .AddSingleton(Client).AddSingleton(time).AddSingleton<IFeedback>(Feedback)
            .BuildServiceProvider();
    }

    public RecordingGitHub GitHub { get; } = new();

    public RecordingFeedback Feedback { get; } = new();

    public SaidFleet Fleet { get; } = new();

    public DurableTaskClient Client { get; }

    /// <summary>The tasks that agents took, in order.</summary>
    public List<AgentTask> Taken { get; } = [];

    public static Task<FlowHarness> StartAsync(Func<AgentTask, AttemptResult> agent) => StartAsync<IssueToPullRequest>(task => Task.FromResult(agent(task)));

    /// <param name="agent">What it does with a task.</param>
    /// <param name="store">Null: in memory.</param>
    /// <param name="time">Null: the real one.</param>
    /// <param name="exceptions">What histories keep of them.</param>
    public static async Task<FlowHarness> StartAsync<TFlow>(AgentScript agent, ITaskHubStore? store = null, TimeProvider? time = null, ExceptionProperties? exceptions = null)
        where TFlow : IssueToPullRequest
    {
        var harness = new FlowHarness(store ?? new MemoryHubStore(), time ?? TimeProvider.System, exceptions);
        await harness._hub.OpenAsync();
        harness.Work("flow", new DurableTaskRegistry().AddIssueToPullRequest<TFlow>());
        harness.Work("agent", harness.AgentTasks("agent", agent));
        return harness;
    }

    public Task<EventReceipt> ReceiveAsync(IssueEvent received) => ReceiveAsync(new EventDelivery(received));

    /// <summary>As a coordinator does it, to whom more will come.</summary>
    public Task<EventReceipt> HearAsync(RepositoryEvent received) => ReceiveAsync(new EventDelivery(received) { MoreFollow = true });

    /// <inheritdoc cref="HearAsync(RepositoryEvent)"/>
    public Task<EventReceipt> HearAsync(IssueEvent received) => ReceiveAsync(new EventDelivery(received) { MoreFollow = true });

    /// <summary>The flow as it stands once it is as the test wants it.</summary>
    public async Task<FlowState> UntilAsync(string flowId, Func<FlowState, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var instance = await Client.GetInstanceAsync(flowId, getInputsAndOutputs: true, patience.Token);
            if (instance?.FailureDetails is { } failure)
                Assert.Fail(failure.ToString());
            if (instance?.ReadFlow() is { } flow && isSo(flow))
                return flow;
            await Task.Delay(5, patience.Token);
        }
    }

    public async Task<EventReceipt> ReceiveAsync(EventDelivery delivery)
    {
        var id = ReceiveEvent.InstanceId(delivery.Event.Key);
        await Client.ScheduleNewOrchestrationInstanceAsync(nameof(ReceiveEvent), delivery, new StartOrchestrationOptions(id));
        return (await EndOf(id)).ReadOutputAs<EventReceipt>()!;
    }

    public async Task<FlowState> FlowOfAsync(IssueEvent received)
    {
        var receipt = await ReceiveAsync(received);
        Assert.NotNull(receipt.FlowId);
        return await FlowAsync(receipt.FlowId);
    }

    public async Task<FlowState> FlowAsync(string flowId)
    {
        var ended = await EndOf(flowId);
        Assert.True(ended.RuntimeStatus == OrchestrationRuntimeStatus.Completed, ended.FailureDetails?.ToString());
        return ended.ReadOutputAs<FlowState>()!;
    }

    public void Work(string workerId, DurableTaskRegistry registry)
    {
        var worker = new DurableTaskWorker(_hub, registry, _services, new DurableTaskWorkerOptions { WorkerId = workerId, ExceptionProperties = _exceptions }, _time);
        _workers.Add(Task.Run(() => worker.RunAsync(_stop.Token)));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_workers);
        await _services.DisposeAsync();
        await _hub.DisposeAsync();
        await _store.DisposeAsync();
    }

    private Task<OrchestrationMetadata> EndOf(string id) =>
        Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true).WaitAsync(TimeSpan.FromSeconds(60));

    private DurableTaskRegistry AgentTasks(string name, AgentScript agent)
    {
        var registry = new DurableTaskRegistry();
        foreach (var specialty in RepositoryPolicy.Default.Specialties.Select(specialty => specialty.Name))
        {
            registry.AddActivityFunc<AgentTask, AttemptResult>(AgentAddress.Any(specialty), (_, task) => RunAsync(name, task, agent));
            registry.AddActivityFunc<AgentTask, AttemptResult>(AgentAddress.Of(specialty, new AgentId(name)), (_, task) => RunAsync(name, task, agent));
        }

        return registry;
    }

    private async Task<AttemptResult> RunAsync(string name, AgentTask task, AgentScript agent)
    {
        await Client.RaiseAttemptStartedAsync(task.AttemptId, new AttemptStarted(new AgentId(name), name, RunUrl: null));
        lock (Taken)
            Taken.Add(task);
        var result = await agent(task);
        if (result.Commit is { } pushed)
            GitHub.SetBranch(task.AttemptBranch, pushed);
        return result;
    }
}

/// <summary>Everyone is there, unless a test says who is missing.</summary>
internal sealed class SaidFleet : IFleet
{
    public string? Missing { get; set; }

    /// <summary>Why nobody can be woken; null: anybody can.</summary>
    public string? Failure { get; set; }

    public Task<Availability> FindAsync(Specialty specialty, AgentId? not, CancellationToken cancellationToken) => Task.FromResult(new Availability(Missing is null, Missing));

    public Task<Availability> WakeAsync(AgentCall call, Availability found, CancellationToken cancellationToken) =>
        Failure is null ? Task.FromResult(found) : Task.FromException<Availability>(new HttpRequestException(Failure));
}
