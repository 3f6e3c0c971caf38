using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.Agent.Tests;

/// <summary>Where a connection to the hub is cut.</summary>
internal enum Cut
{
    None,
    BeforeTheQuestion,
    AfterTheQuestion,
    AtTheLook,
    Refused,
}

internal sealed class NoAnswer(bool isUnanswered) : HubCallException("The connection was cut.")
{
    public override bool IsUnanswered => isUnanswered;
}

/// <summary>A hub with one attempt, which names an owner in its own time, and ends when a test says so.</summary>
internal sealed class Referee : ITaskHub
{
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _looks;

    public string?[] Answers { get; set; } = [];

    public OrchestrationRuntimeStatus Status { get; set; } = OrchestrationRuntimeStatus.Running;

    public bool IsGone { get; set; }

    /// <summary>What happens to each call; nothing to those after the last.</summary>
    public Queue<Cut> Cuts { get; set; } = new();

    public int Questions { get; private set; }

    public string? Asked { get; private set; }

    public string? EventName { get; private set; }

    public string? Payload { get; private set; }

    public Task RequestAsync(string instanceId, InstanceRequest request, CancellationToken cancellation = default)
    {
        if (IsGone)
            throw new OrchestrationNotFoundException(instanceId);
        Questions++;
        var cut = NextCut();
        if (cut is Cut.BeforeTheQuestion or Cut.Refused)
            throw new NoAnswer(cut == Cut.BeforeTheQuestion);
        var raise = Assert.IsType<InstanceRequest.Raise>(request);
        (Asked, EventName, Payload) = (instanceId, raise.EventName, raise.Payload);
        return cut == Cut.AfterTheQuestion ? throw new NoAnswer(isUnanswered: true) : Task.CompletedTask;
    }

    public Task<InstanceState?> GetAsync(string instanceId, bool payloads, CancellationToken cancellation = default)
    {
        if (NextCut() == Cut.AtTheLook)
            throw new NoAnswer(isUnanswered: true);
        var status = new AttemptStatus(Answers[Math.Min(_looks++, Answers.Length - 1)], null, 3m);
        return Task.FromResult<InstanceState?>(new InstanceState(instanceId, "e", "Attempt")
        {
            Status = Status,
            CustomStatus = JsonDataConverter.Default.Serialize(status),
        });
    }

    public IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation = default) => throw new NotSupportedException();

    /// <summary>The last result that came.</summary>
    public ActivityCompletion? Completed { get; private set; }

    public Action OnCompletion { get; set; } = () => { };

    public Task<Receipt> CompleteAsync(ActivityCompletion completion, CancellationToken cancellation = default)
    {
        OnCompletion();
        Completed = completion;
        return Task.FromResult(Receipt.Accepted);
    }

    public Task AbandonAsync(WorkItem item, CancellationToken cancellation = default) => throw new NotSupportedException();

    public IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(string instanceId, string? executionId, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<string> StartAsync(StartRequest request, CancellationToken cancellation = default) => throw new NotSupportedException();

    /// <summary>The flow terminates the attempt.</summary>
    public void End(string by) => _ended.TrySetResult(by);

    public async Task<InstanceState?> WaitAsync(string instanceId, Until until, bool payloads, CancellationToken cancellation = default) =>
        new InstanceState(instanceId, "e", "Attempt")
        {
            Output = JsonDataConverter.Default.Serialize(await _ended.Task.WaitAsync(cancellation)),
            Status = OrchestrationRuntimeStatus.Terminated,
        };

    public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<string> RestartAsync(string instanceId, bool withNewId, CancellationToken cancellation = default) => throw new NotSupportedException();

    public Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellation = default) => throw new NotSupportedException();

    private Cut NextCut() => Cuts.TryDequeue(out var cut) ? cut : Cut.None;
}
