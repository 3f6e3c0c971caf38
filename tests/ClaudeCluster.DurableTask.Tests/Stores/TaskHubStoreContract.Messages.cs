using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Transitions;

namespace ClaudeCluster.DurableTask.Tests.Stores;

public abstract partial class TaskHubStoreContract
{
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
    public async Task A_message_for_another_execution_is_dropped()
    {
        var step = await RunningAsync("a");
        await FinishAsync(step);

        await _store.CommitAsync(new CommitBatch("a", new Guard.IsOpen(null)) { Messages = [new InboxMessage("a", "old", new TaskCompleted(0, null), Noon)] });

        Assert.Empty(await ClaimStepsAsync());
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
}
