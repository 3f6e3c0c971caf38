using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Stores;

/// <summary>What a store must do, said once. A store that differs overrides the fact and writes the reason.</summary>
public abstract class TaskHubStoreContract(StoreKind kind) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly TestStores _stores = new(kind);
    private ITaskHubStore _store = null!;
    private int _tokens;

    public async ValueTask InitializeAsync()
    {
        _store = _stores.New();
        await _store.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _stores.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_start_is_written_once()
    {
        Assert.Equal(Verdict.Committed, await StartAsync("a"));
        Assert.Equal(Verdict.AlreadyExists, await StartAsync("a", name: "Other"));

        var state = await _store.ReadInstanceAsync("a");
        Assert.Equal(("Flow", OrchestrationRuntimeStatus.Pending, Noon), (state!.Name, state.Status, state.CreatedAt));
    }

    [Fact]
    public async Task Every_field_of_an_instance_survives()
    {
        var state = new InstanceState("full", "x1", "Name")
        {
            Version = "1.2",
            Status = OrchestrationRuntimeStatus.Running,
            CreatedAt = Noon.AddTicks(1),
            LastUpdatedAt = Noon.AddTicks(2),
            StartAt = Noon.AddTicks(3),
            Input = "\"in\"",
            Output = "\"out\"",
            CustomStatus = "{\"日\":1}",
            Failure = new TaskFailureDetails("T", "M", "S", new TaskFailureDetails("U", "N")) { IsNonRetriable = true },
            Tags = new Dictionary<string, string> { ["k"] = "v'\"" },
            Parent = new ParentInstance("p", "px", "P", 7),
        };
        await _store.CommitAsync(new CommitBatch("full", new Guard.MayStart([])) { Instance = state });

        var read = await _store.ReadInstanceAsync("full");

        Assert.Equal(state.Tags, read!.Tags);
        Assert.Equal(state, read with { Tags = state.Tags });
    }

    [Fact]
    public async Task A_claim_gives_the_waiting_messages_and_no_second_one_does()
    {
        await StartAsync("a");
        await SendAsync("a", new EventRaised("one", "1"));
        await SendAsync("a", new EventRaised("two", "2"));

        var claimed = Assert.Single(await ClaimStepsAsync());

        Assert.Equal(["ExecutionStarted", "EventRaised", "EventRaised"], claimed.Messages.Select(message => message.Event.GetType().Name));
        Assert.Equal(1, claimed.Lease.Deliveries);
        Assert.Empty(await ClaimStepsAsync());
    }

    [Fact]
    public async Task A_claim_takes_only_the_names_asked_for_whatever_their_case()
    {
        await StartAsync("a", name: "Flow");

        Assert.Empty(await ClaimStepsAsync(names: []));
        Assert.Empty(await ClaimStepsAsync(names: ["Other", "Flo"]));
        Assert.Single(await ClaimStepsAsync(names: ["FLOW"]));
    }

    [Fact]
    public async Task A_claim_is_bounded_and_takes_the_oldest_first()
    {
        foreach (var id in new[] { "c", "a", "b" })
            await StartAsync(id);

        Assert.Equal(["c", "a"], (await ClaimStepsAsync(most: 2)).Select(claimed => claimed.Lease.InstanceId));
    }

    [Fact]
    public async Task A_message_is_not_visible_before_its_time()
    {
        var step = await RunningAsync("a");
        await FinishAsync(step, batch => batch with
        {
            Messages = [new InboxMessage("a", step.Lease.State.ExecutionId, new TimerFired(0, Noon.AddHours(1)), Noon.AddHours(1)) { IsTimed = true }],
        });

        Assert.Empty(await ClaimStepsAsync(now: Noon.AddHours(1).AddTicks(-1)));
        Assert.Equal(Noon.AddHours(1), await _store.ReadNextDueAsync(Noon));
        Assert.Null(await _store.ReadNextDueAsync(Noon.AddHours(1)));
        Assert.IsType<TimerFired>((await ClaimStepsAsync(now: Noon.AddHours(1)))[0].Messages[0].Event);
    }

    [Fact]
    public async Task A_step_is_written_whole_and_its_messages_are_taken_in()
    {
        var step = await RunningAsync("a");
        var verdict = await FinishAsync(step, batch => batch with
        {
            Activities = [new ActivityRow("a", step.Lease.State.ExecutionId, 3, "Work", "v", "\"in\"") { Tags = new Dictionary<string, string> { ["t"] = "1" }, ScheduledAt = Noon }],
        });

        Assert.Equal(Verdict.Committed, verdict);
        Assert.Empty(await ClaimStepsAsync());
        Assert.Equal(2, (await _store.ReadHistoryAsync("a", step.Lease.State.ExecutionId)).Count);
        Assert.Empty(await _store.ReadHistoryAsync("a", "another execution"));
        var activity = Assert.Single(await ClaimActivitiesAsync()).Activity;
        Assert.Equal(("a", 3, "Work", "v", "\"in\"", "1", Noon), (activity.InstanceId, activity.TaskId, activity.Name, activity.Version, activity.Input, activity.Tags["t"], activity.ScheduledAt));
    }

    [Fact]
    public async Task A_stale_token_writes_nothing()
    {
        var first = await RunningAsync("a");
        await _store.CommitAsync(new CommitBatch("a", new Guard.HoldsStep(first.Lease.Token)) { Leased = Disposition.Requeued });
        var second = Assert.Single(await ClaimStepsAsync());

        Assert.Equal(Verdict.LeaseLost, await FinishAsync(first));
        Assert.Empty(await _store.ReadHistoryAsync("a", first.Lease.State.ExecutionId));
        Assert.Equal(2, second.Lease.Deliveries);
        Assert.Equal(Verdict.Committed, await FinishAsync(second));
    }

    [Fact]
    public async Task A_commit_begins_the_count_of_deliveries_again()
    {
        var step = await RunningAsync("a");
        await FinishAsync(step);
        await SendAsync("a", new EventRaised("e", null));

        Assert.Equal(1, Assert.Single(await ClaimStepsAsync()).Lease.Deliveries);
    }

    [Fact]
    public async Task An_activity_is_completed_by_its_holder_only_and_once()
    {
        var lease = await HeldActivityAsync("a");

        Assert.Equal(Verdict.LeaseLost, await _store.CommitAsync(Answer(lease with { Token = "guessed" })));
        Assert.Equal(Verdict.Committed, await _store.CommitAsync(Answer(lease)));
        Assert.Equal(Verdict.LeaseLost, await _store.CommitAsync(Answer(lease)));
        Assert.Single(Assert.Single(await ClaimStepsAsync()).Messages);
        Assert.Empty(await ClaimActivitiesAsync());
    }

    [Fact]
    public async Task An_activity_given_back_can_be_taken_again()
    {
        var lease = await HeldActivityAsync("a");
        Assert.Empty(await ClaimActivitiesAsync());

        await _store.CommitAsync(new CommitBatch("a", new Guard.HoldsActivity(lease.Token)) { Leased = Disposition.Requeued });

        Assert.Equal(2, Assert.Single(await ClaimActivitiesAsync()).Deliveries);
    }

    [Fact]
    public async Task Work_given_back_in_order_counts_as_never_delivered()
    {
        var step = await RunningAsync("a");
        await _store.CommitAsync(new CommitBatch("a", new Guard.HoldsStep(step.Lease.Token)) { Leased = Disposition.Returned });
        Assert.Equal(1, Assert.Single(await ClaimStepsAsync()).Lease.Deliveries);

        var lease = await HeldActivityAsync("b");
        await _store.CommitAsync(new CommitBatch("b", new Guard.HoldsActivity(lease.Token)) { Leased = Disposition.Returned });
        Assert.Equal(1, Assert.Single(await ClaimActivitiesAsync()).Deliveries);
    }

    [Fact]
    public async Task The_end_of_an_instance_removes_its_messages_activities_and_lease()
    {
        var lease = await HeldActivityAsync("a");
        await SendAsync("a", new EventRaised("e", null));
        var state = (await _store.ReadInstanceAsync("a"))!;

        await _store.CommitAsync(InstanceRequests.Terminate(state, new InstanceRequest.Terminate(null), Noon));

        Assert.Empty(await ClaimStepsAsync());
        Assert.Empty(await ClaimActivitiesAsync());
        Assert.Equal(Verdict.LeaseLost, await _store.CommitAsync(Answer(lease)));
        Assert.Equal(Verdict.NotOpen, await SendAsync("a", new EventRaised("late", null)));
    }

    [Fact]
    public async Task A_new_execution_removes_the_old_one_s_rows_and_keeps_events_for_any()
    {
        var step = await RunningAsync("a");
        await FinishAsync(step, batch => batch with
        {
            Messages = [new InboxMessage("a", step.Lease.State.ExecutionId, new TimerFired(0, Noon), Noon), new InboxMessage("a", null, new EventRaised("waiting", null), Noon)],
            Activities = [new ActivityRow("a", step.Lease.State.ExecutionId, 1, "Work", string.Empty, null)],
        });
        var second = Assert.Single(await ClaimStepsAsync());
        await SendAsync("a", new EventRaised("meanwhile", null));

        await _store.CommitAsync(new CommitBatch("a", new Guard.HoldsStep(second.Lease.Token))
        {
            Instance = second.Lease.State with { ExecutionId = "next" },
            History = [new OrchestratorStarted { Timestamp = Noon }],
            Consumed = [.. second.Messages.Select(message => message.Id)],
            Messages =
            [
                new InboxMessage("a", "next", new ExecutionStarted("next", "Flow", string.Empty, null), Noon) { Front = true },
                new InboxMessage("a", null, new EventRaised("carried", null), Noon) { Front = true },
            ],
        });

        var third = Assert.Single(await ClaimStepsAsync());
        Assert.Equal(["", "carried", "meanwhile"], third.Messages.Select(message => (message.Event as EventRaised)?.Name ?? ""));
        Assert.Empty(await _store.ReadHistoryAsync("a", "next"));
        Assert.Empty(await ClaimActivitiesAsync());
    }

    [Fact]
    public async Task A_message_for_another_execution_is_dropped()
    {
        var step = await RunningAsync("a");
        await FinishAsync(step);

        await _store.CommitAsync(new CommitBatch("a", new Guard.IsOpen(null)) { Messages = [new InboxMessage("a", "old", new TaskCompleted(0, null), Noon)] });

        Assert.Empty(await ClaimStepsAsync());
    }

    [Fact]
    public async Task Guards_of_open_instances_tell_missing_from_ended_from_another_execution_and_from_another_revision()
    {
        await StartAsync("a");
        CommitBatch If(string id, string? execution, int? revision = null) => new(id, new Guard.IsOpen(execution, revision));

        Assert.Equal(Verdict.NoSuchInstance, await _store.CommitAsync(If("missing", null)));
        Assert.Equal(Verdict.NotOpen, await _store.CommitAsync(If("a", "other")));
        Assert.Equal(Verdict.NotOpen, await _store.CommitAsync(If("a", "a-1", 1)));
        Assert.Equal(Verdict.Committed, await _store.CommitAsync(If("a", "a-1", 0)));
        Assert.Equal(Verdict.Committed, await _store.CommitAsync(If("a", "a-1")));
    }

    [Fact]
    public async Task A_child_starts_with_its_parent_s_step_and_a_taken_id_is_told_to_the_parent()
    {
        var step = await RunningAsync("a");
        await StartAsync("taken");
        ChildStart Child(string id)
        {
            var parent = new ParentInstance("a", step.Lease.State.ExecutionId, "Flow", 1);
            var (instance, message) = InstanceRequests.NewExecution(new StartRequest("Child", id, null), id, $"{id}-1", parent, Noon);
            return new ChildStart(instance, message, Endings.AlreadyExists(parent, id, Noon));
        }

        await FinishAsync(step, batch => batch with { Children = [Child("fresh"), Child("taken")] });

        Assert.Equal("a", (await _store.ReadInstanceAsync("fresh"))!.Parent!.InstanceId);
        Assert.Null((await _store.ReadInstanceAsync("taken"))!.Parent);
        var told = Assert.Single(await ClaimStepsAsync(names: ["Flow"]), claimed => claimed.Lease.InstanceId == "a");
        Assert.IsType<SubOrchestrationFailed>(Assert.Single(told.Messages).Event);
    }

    [Fact]
    public async Task Leases_expire_unless_their_tokens_are_renewed()
    {
        await StartAsync("a");
        await StartAsync("b");
        await ClaimStepsAsync(most: 1, worker: "one");
        var two = Assert.Single(await ClaimStepsAsync(most: 1, worker: "two"));
        Assert.Empty(await _store.ReadExpiredAsync(Noon.AddSeconds(59), 10));

        await _store.RenewAsync([two.Lease.Token, "three"], Noon.AddHours(1));

        var expired = Assert.IsType<StepLease>(Assert.Single(await _store.ReadExpiredAsync(Noon.AddSeconds(60), 10)));
        Assert.Equal(("a", "one", 1, "Flow"), (expired.InstanceId, expired.WorkerId, expired.Deliveries, expired.State.Name));
    }

    [Fact]
    public async Task A_ring_follows_a_commit_that_leaves_work()
    {
        var rings = 0;
        using (_store.Bell.Listen(() => rings++))
            await StartAsync("a");
        await StartAsync("b");

        Assert.Equal(1, rings);
    }

    private Task<Verdict> StartAsync(string id, string name = "Flow") =>
        _store.CommitAsync(InstanceRequests.Start(new StartRequest(name, id, null), id, $"{id}-1", Noon));

    private Task<Verdict> SendAsync(string id, HistoryEvent happened) =>
        _store.CommitAsync(new CommitBatch(id, new Guard.IsOpen(null)) { Messages = [new InboxMessage(id, null, happened, Noon)] });

    private Task<IReadOnlyList<ClaimedStep>> ClaimStepsAsync(
        int most = 10, HashSet<TaskName>? names = null, DateTimeOffset? now = null, string worker = "w") => _store.ClaimStepsAsync(NewClaim(most, names, now, worker));

    private Task<IReadOnlyList<ActivityLease>> ClaimActivitiesAsync() => _store.ClaimActivitiesAsync(NewClaim(10, null, null, "w"));

    private Claim NewClaim(int most, HashSet<TaskName>? names, DateTimeOffset? now, string worker) =>
        new(worker, most, names, now ?? Noon, (now ?? Noon).AddSeconds(60), () => $"token-{++_tokens}");

    private async Task<ClaimedStep> RunningAsync(string id)
    {
        await StartAsync(id);
        return Assert.Single(await ClaimStepsAsync());
    }

    private async Task<ActivityLease> HeldActivityAsync(string id)
    {
        var step = await RunningAsync(id);
        await FinishAsync(step, batch => batch with { Activities = [new ActivityRow(id, step.Lease.State.ExecutionId, 0, "Work", string.Empty, null)] });
        return Assert.Single(await ClaimActivitiesAsync());
    }

    private Task<Verdict> FinishAsync(ClaimedStep step, Func<CommitBatch, CommitBatch>? more = null)
    {
        var batch = new CommitBatch(step.Lease.InstanceId, new Guard.HoldsStep(step.Lease.Token))
        {
            Instance = step.Lease.State with { Status = OrchestrationRuntimeStatus.Running },
            History = [new OrchestratorStarted { Timestamp = Noon }, new OrchestratorCompleted { Timestamp = Noon }],
            Consumed = [.. step.Messages.Select(message => message.Id)],
        };
        return _store.CommitAsync(more is null ? batch : more(batch));
    }

    private static CommitBatch Answer(ActivityLease lease) => InstanceRequests.EndActivity(lease, "1", null, Noon);
}

public sealed class MemoryHubStoreTests() : TaskHubStoreContract(StoreKind.Memory);

public sealed class SqliteHubStoreTests() : TaskHubStoreContract(StoreKind.Sqlite);
