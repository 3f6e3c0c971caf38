using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;

namespace ClaudeCluster.DurableTask.Tests.Stores;

public abstract partial class TaskHubStoreContract
{
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
        await FinishAsync(step, batch => batch with { Children = [NewChild(step, "fresh"), NewChild(step, "taken")] });

        Assert.Equal("a", (await _store.ReadInstanceAsync("fresh"))!.Parent!.InstanceId);
        Assert.Null((await _store.ReadInstanceAsync("taken"))!.Parent);
        var told = Assert.Single(await ClaimStepsAsync(names: ["Flow"]), claimed => claimed.Lease.InstanceId == "a");
        Assert.IsType<SubOrchestrationFailed>(Assert.Single(told.Messages).Event);
    }

    [Fact]
    public async Task Suspended_is_shown_survives_a_step_s_commit_and_goes_with_the_execution_s_end()
    {
        var step = await RunningAsync("a");
        await _store.CommitAsync(new CommitBatch("a", new Guard.IsOpen(null)) { Suspended = true });
        await FinishAsync(step);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await _store.ReadInstanceAsync("a"))!.Status);

        await _store.CommitAsync(new CommitBatch("a", new Guard.IsOpen(null)) { Suspended = false });
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await _store.ReadInstanceAsync("a"))!.Status);

        await _store.CommitAsync(new CommitBatch("a", new Guard.IsOpen(null)) { Suspended = true });
        var state = (await _store.ReadInstanceAsync("a"))!;
        await _store.CommitAsync(InstanceRequests.Terminate(state, new InstanceRequest.Terminate(null), Noon));
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await _store.ReadInstanceAsync("a"))!.Status);
    }

    [Fact]
    public async Task A_commit_can_replace_the_whole_history()
    {
        var step = await RunningAsync("a");
        await FinishAsync(step);
        HistoryEvent[] whole = [new OrchestratorStarted { Timestamp = Noon }, new EventRaised("e", "1") { Timestamp = Noon }];

        await _store.CommitAsync(new CommitBatch("a", new Guard.IsOpen(null)) { ReplacesHistory = true, History = whole });
        Assert.Equal(whole, await _store.ReadHistoryAsync("a", "a-1"));

        await _store.CommitAsync(new CommitBatch("a", new Guard.IsOpen(null)) { History = [new OrchestratorCompleted { Timestamp = Noon }] });
        Assert.Equal(3, (await _store.ReadHistoryAsync("a", "a-1")).Count);
    }

    [Fact]
    public async Task A_commit_that_replaces_the_history_drops_what_waits_for_this_execution_alone_and_keeps_the_rest()
    {
        await FinishAsync(await RunningAsync("a"));
        await _store.CommitAsync(Sent("a", new EventRaised("kept", null)));
        await _store.CommitAsync(new CommitBatch("a", new Guard.IsOpen(null)) { Messages = [new InboxMessage("a", "a-1", new TaskCompleted(0, "old"), Noon)] });

        await _store.CommitAsync(new CommitBatch("a", new Guard.IsOpen(null))
        {
            ReplacesHistory = true,
            History = [new OrchestratorStarted { Timestamp = Noon }],
            Messages = [new InboxMessage("a", "a-1", new TaskCompleted(0, "new"), Noon)],
        });

        var step = Assert.Single(await ClaimStepsAsync());
        Assert.Equal([new EventRaised("kept", null), new TaskCompleted(0, "new")], step.Messages.Select(message => message.Event));
    }

    [Fact]
    public async Task A_guard_can_ask_for_a_status_of_an_execution()
    {
        await FinishAsync(await RunningAsync("a"));
        CommitBatch If(string id, string execution, OrchestrationRuntimeStatus status) => new(id, new Guard.HasStatus(execution, status));

        Assert.Equal(Verdict.NoSuchInstance, await _store.CommitAsync(If("missing", "a-1", OrchestrationRuntimeStatus.Running)));
        Assert.Equal(Verdict.NotOpen, await _store.CommitAsync(If("a", "a-0", OrchestrationRuntimeStatus.Running)));
        Assert.Equal(Verdict.NotOpen, await _store.CommitAsync(If("a", "a-1", OrchestrationRuntimeStatus.Failed)));
        Assert.Equal(Verdict.Committed, await _store.CommitAsync(If("a", "a-1", OrchestrationRuntimeStatus.Running)));

        await _store.CommitAsync(new CommitBatch("a", new Guard.IsOpen(null)) { Suspended = true });
        Assert.Equal(Verdict.NotOpen, await _store.CommitAsync(If("a", "a-1", OrchestrationRuntimeStatus.Running)));
        Assert.Equal(Verdict.Committed, await _store.CommitAsync(If("a", "a-1", OrchestrationRuntimeStatus.Suspended)));
    }

    [Fact]
    public async Task The_children_of_an_instance_can_be_read()
    {
        var step = await RunningAsync("a");
        await FinishAsync(step, batch => batch with { Children = [NewChild(step, "one"), NewChild(step, "two")] });
        await StartAsync("stranger");

        Assert.Equal(["one", "two"], (await _store.ReadChildrenAsync("a")).Select(child => child.InstanceId));
        Assert.Empty(await _store.ReadChildrenAsync("one"));
    }

    [Fact]
    public async Task The_revision_is_kept_and_given_with_the_next_step()
    {
        var step = await RunningAsync("a");
        Assert.Equal(0, step.Lease.State.Revision);
        await FinishAsync(step, batch => batch with { Instance = batch.Instance! with { Revision = 5 } });

        var next = Assert.Single((await CommitAsync(Sent("a", new EventRaised("e", null)), TakeSteps())).Steps);

        Assert.Equal(5, next.Lease.State.Revision);
        Assert.Equal(5, (await _store.ReadInstanceAsync("a"))!.Revision);
    }

    [Fact]
    public async Task An_ended_instance_can_be_replaced_and_nothing_of_it_is_left()
    {
        var step = await RunningAsync("a");
        await FinishAsync(step, batch => batch with { Instance = batch.Instance! with { Status = OrchestrationRuntimeStatus.Failed, Output = "1" } });
        var again = InstanceRequests.Start(new StartRequest("Flow", "a", null) { Replaceable = [OrchestrationRuntimeStatus.Failed] }, "a", "a-2", Noon);

        Assert.Equal(Verdict.Committed, await _store.CommitAsync(again));

        Assert.Empty(await _store.ReadHistoryAsync("a", "a-2"));
        var claimed = Assert.Single(await ClaimStepsAsync());
        Assert.Equal(("a-2", null, 1), (claimed.Lease.State.ExecutionId, claimed.Lease.State.Output, claimed.Lease.Deliveries));
    }
}
