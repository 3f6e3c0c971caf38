using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Stores;

/// <summary>What a store must do, said once. A store that differs overrides the fact and writes the reason.</summary>
public abstract partial class TaskHubStoreContract(StoreKind kind) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly TestStores _stores = new(kind);
    private ITaskHubStore _store = null!;
    private int _tokens;
    private int _rings;

    public async ValueTask InitializeAsync()
    {
        _store = _stores.New();
        await _store.OpenAsync();
        _store.Bell.Listen(() => _rings++);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _stores.Dispose();
        GC.SuppressFinalize(this);
    }

    private static CommitBatch Start(string id, string name = "Flow") => InstanceRequests.Start(new StartRequest(name, id, null), id, $"{id}-1", Noon);

    private static CommitBatch Sent(string id, HistoryEvent happened) =>
        new(id, new Guard.IsOpen(null)) { Messages = [new InboxMessage(id, null, happened, Noon)] };

    private static CommitBatch Answer(ActivityLease lease) => InstanceRequests.EndActivity(lease, "1", null, Noon);

    private static CommitBatch Finished(ClaimedStep step, params ActivityRow[] scheduled) => new(step.Lease.InstanceId, new Guard.HoldsStep(step.Lease.Token))
    {
        Instance = step.Lease.State with { Status = OrchestrationRuntimeStatus.Running },
        History = [new OrchestratorStarted { Timestamp = Noon }, new OrchestratorCompleted { Timestamp = Noon }],
        Consumed = [.. step.Messages.Select(message => message.Id)],
        Activities = scheduled,
    };

    private static ActivityRow Scheduled(ClaimedStep step, int taskId, string name = "Work", string version = "") =>
        new(step.Lease.InstanceId, step.Lease.State.ExecutionId, taskId, name, version, null) { ScheduledAt = Noon };

    private static InboxMessage NewTimer(string id, DateTimeOffset fireAt) => new(id, null, new TimerFired(0, fireAt), fireAt) { IsTimed = true };

    private static ChildStart NewChild(ClaimedStep parent, string id) => NewChild(parent.Lease.InstanceId, parent.Lease.State.ExecutionId, id);

    private static ChildStart NewChild(string parentId, string parentExecution, string id)
    {
        var parent = new ParentInstance(parentId, parentExecution, "Flow", 1);
        var (instance, message) = InstanceRequests.NewExecution(new StartRequest("Child", id, null), id, $"{id}-1", parent, Noon);
        return new ChildStart(instance, message, Endings.AlreadyExists(parent, id, Noon));
    }

    private Task<CommitResult> CommitAsync(CommitBatch batch, Handout? handout) => _store.CommitAsync(batch, handout);

    private Task<Verdict> StartAsync(string id, string name = "Flow") => _store.CommitAsync(Start(id, name));

    private Task<Verdict> SendAsync(string id, HistoryEvent happened) => _store.CommitAsync(Sent(id, happened));

    private Task<IReadOnlyList<ClaimedStep>> ClaimStepsAsync(
        int most = 10, HashSet<TaskName>? names = null, DateTimeOffset? now = null, string worker = "w") => _store.ClaimStepsAsync(NewClaim(most, names, now, worker));

    private Task<IReadOnlyList<ActivityLease>> ClaimActivitiesAsync() => _store.ClaimActivitiesAsync(NewClaim(10, null, null, "w"));

    private Claim NewClaim(int most, HashSet<TaskName>? names, DateTimeOffset? now, string worker) =>
        new(worker, most, names, now ?? Noon, (now ?? Noon).AddSeconds(60), () => $"token-{++_tokens}");

    private async Task<ClaimedStep> RunningAsync(string id)
    {
        var claimed = Assert.Single((await CommitAsync(Start(id), new Handout(NewClaim(1, null, null, "w"), null))).Steps);
        _rings = 0;
        return claimed;
    }

    private async Task<ActivityLease> HeldActivityAsync(string id)
    {
        var step = await RunningAsync(id);
        await _store.CommitAsync(Finished(step, Scheduled(step, 0)));
        return Assert.Single(await ClaimActivitiesAsync());
    }

    private async Task SuspendAsync(string id)
    {
        await FinishAsync(await RunningAsync(id));
        await _store.CommitAsync(new CommitBatch(id, new Guard.IsOpen(null)) { Suspended = true });
    }

    private Task<Verdict> FinishAsync(ClaimedStep step, Func<CommitBatch, CommitBatch>? more = null) =>
        _store.CommitAsync(more is null ? Finished(step) : more(Finished(step)));
}

public sealed class MemoryHubStoreTests() : TaskHubStoreContract(StoreKind.Memory);

public sealed class SqliteHubStoreTests() : TaskHubStoreContract(StoreKind.Sqlite);
