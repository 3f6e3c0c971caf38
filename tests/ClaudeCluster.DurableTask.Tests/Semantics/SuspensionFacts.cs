using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class SuspensionFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task Suspended_is_seen_at_once_and_what_comes_meanwhile_is_kept_in_order()
    {
        await using var cluster = await OpenAsync();
        var id = await StartListenerAsync(cluster, 3);

        await cluster.Client.SuspendInstanceAsync(id, "lunch");
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await cluster.Client.GetInstanceAsync(id))!.RuntimeStatus);
        Assert.Equal(id, (await cluster.Client.GetAllInstancesAsync(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Suspended])).SingleAsync()).InstanceId);
        for (var i = 0; i < 3; i++)
            await cluster.Client.RaiseEventAsync(id, "E", i);
        Assert.Equal("other", (await cluster.RunAsync("Other")).ReadOutputAs<string>());
        Assert.Equal(1, cluster.Store.Count<OrchestratorCompleted>(id));

        await cluster.Client.ResumeInstanceAsync(id, "fed");

        var end = await cluster.EndOfAsync(id);
        Assert.Equal([0, 1, 2], end.ReadOutputAs<int[]>()!);
    }

    [Fact]
    public async Task History_records_suspension_and_resumption_with_their_reasons()
    {
        await using var cluster = await OpenAsync();
        var id = await StartListenerAsync(cluster, 1);

        await cluster.Client.SuspendInstanceAsync(id, "why");
        await cluster.Client.RaiseEventAsync(id, "E", 1);
        await cluster.Client.ResumeInstanceAsync(id, "why not");
        await cluster.EndOfAsync(id);

        var history = await cluster.Client.GetOrchestrationHistoryAsync(id);
        var kinds = history.Where(happened => happened is ExecutionSuspended or EventRaised or ExecutionResumed).Select(happened => happened.GetType().Name);
        Assert.Equal(["ExecutionSuspended", "EventRaised", "ExecutionResumed"], kinds);
        Assert.Equal("why", history.OfType<ExecutionSuspended>().Single().Reason);
        Assert.Equal("why not", history.OfType<ExecutionResumed>().Single().Reason);
    }

    [Fact]
    public async Task Suspend_and_resume_twice_are_as_once()
    {
        await using var cluster = await OpenAsync();
        var id = await StartListenerAsync(cluster, 1);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => cluster.Client.SuspendInstanceAsync(id))));
        await cluster.Client.RaiseEventAsync(id, "E", 1);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => cluster.Client.ResumeInstanceAsync(id))));
        await cluster.EndOfAsync(id);
        await cluster.Client.ResumeInstanceAsync(id);

        var history = await cluster.Client.GetOrchestrationHistoryAsync(id);
        Assert.Single(history.OfType<ExecutionSuspended>());
        Assert.Single(history.OfType<ExecutionResumed>());
    }

    [Fact]
    public async Task Suspend_and_resume_of_an_ended_instance_change_nothing_and_of_none_are_errors()
    {
        await using var cluster = await OpenAsync();
        await StartListenerAsync(cluster, 0);
        var end = await cluster.RunAsync("Other");

        await cluster.Client.SuspendInstanceAsync(end.InstanceId);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await cluster.EndOfAsync(end.InstanceId)).RuntimeStatus);
        await cluster.Client.ResumeInstanceAsync(end.InstanceId);
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await cluster.EndOfAsync(end.InstanceId)).RuntimeStatus);

        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => cluster.Client.SuspendInstanceAsync("nobody"));
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => cluster.Client.ResumeInstanceAsync("nobody"));
    }

    [Fact]
    public async Task A_suspended_instance_can_be_terminated()
    {
        await using var cluster = await OpenAsync();
        var id = await StartListenerAsync(cluster, 1);
        await cluster.Client.SuspendInstanceAsync(id);

        await cluster.Client.TerminateInstanceAsync(id, "enough");

        var end = await cluster.EndOfAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (end.RuntimeStatus, end.ReadOutputAs<string>()));
    }

    [Fact]
    public async Task An_instance_under_a_replaced_id_is_not_suspended_because_the_old_one_was()
    {
        await using var cluster = await OpenAsync();
        var id = await StartListenerAsync(cluster, 1);
        await cluster.Client.SuspendInstanceAsync(id);
        await cluster.Client.TerminateInstanceAsync(id);

        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Other", null, new StartOrchestrationOptions(id) { DedupeStatuses = [] });

        Assert.Equal("other", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_step_that_runs_while_its_instance_is_suspended_is_committed_and_no_further_one_taken()
    {
        var (entered, leave) = (new ManualResetEventSlim(), new ManualResetEventSlim());
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Stands", async context =>
            {
                entered.Set();
                leave.Wait(Cluster.Patience);
                return await context.CallActivityAsync<string>("Done");
            })
            .AddActivityFunc<object?, string>("Done", (_, _) => "done"));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Stands");
        Assert.True(entered.Wait(Cluster.Patience));

        await cluster.Client.SuspendInstanceAsync(id);
        leave.Set();
        await cluster.Store.WaitForAsync<TaskScheduled>(id);
        await cluster.Store.SettledActivitiesAsync(id, 1);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await cluster.Client.GetInstanceAsync(id))!.RuntimeStatus);

        await cluster.Client.ResumeInstanceAsync(id);
        Assert.Equal("done", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_timer_that_falls_due_meanwhile_fires_after_the_resumption()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Sleeps", async context =>
        {
            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return "awake";
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Sleeps");
        await cluster.Store.WaitForAsync<TimerCreated>(id);
        await cluster.Client.SuspendInstanceAsync(id);
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await cluster.Client.GetInstanceAsync(id))!.RuntimeStatus);

        await cluster.Client.ResumeInstanceAsync(id);

        Assert.Equal("awake", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Continue_as_new_keeps_the_suspension()
    {
        var (entered, leave) = (new ManualResetEventSlim(), new ManualResetEventSlim());
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<int, int>("Again", (context, generation) =>
        {
            if (generation > 0)
                return Task.FromResult(generation);
            entered.Set();
            leave.Wait(Cluster.Patience);
            context.ContinueAsNew(generation + 1);
            return Task.FromResult(0);
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Again", 0);
        Assert.True(entered.Wait(Cluster.Patience));
        await cluster.Client.SuspendInstanceAsync(id);
        leave.Set();
        await cluster.Store.WaitForAsync<ContinuedAsNew>(id);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await cluster.Client.GetInstanceAsync(id))!.RuntimeStatus);

        await cluster.Client.ResumeInstanceAsync(id);

        Assert.Equal(1, (await cluster.EndOfAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_scheduled_start_can_be_suspended_and_begins_after_both_its_instant_and_the_resumption()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Other", _ => Task.FromResult("other")));
        string[] ids = ["resumed-before", "resumed-after"];
        foreach (var id in ids)
        {
            await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Other", null, new StartOrchestrationOptions(id, time.GetUtcNow().AddHours(1)));
            await cluster.Client.SuspendInstanceAsync(id);
            Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await cluster.Client.GetInstanceAsync(id))!.RuntimeStatus);
        }

        await cluster.Client.ResumeInstanceAsync(ids[0]);
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await cluster.Client.GetInstanceAsync(ids[0]))!.RuntimeStatus);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("other", (await cluster.EndOfAsync(ids[0])).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await cluster.Client.GetInstanceAsync(ids[1]))!.RuntimeStatus);

        await cluster.Client.ResumeInstanceAsync(ids[1]);
        Assert.Equal("other", (await cluster.EndOfAsync(ids[1])).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Suspended_outlives_the_process()
    {
        string id;
        await using (var before = await OpenAsync())
        {
            id = await StartListenerAsync(before, 1);
            await before.Client.SuspendInstanceAsync(id);
            await before.Client.RaiseEventAsync(id, "E", 7);
        }

        await using var after = await OpenAsync(SameStore());
        AddTasks(after, 1);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await after.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await after.Client.ResumeInstanceAsync(id);

        var heard = (await after.EndOfAsync(id)).ReadOutputAs<int[]>()!;
        Assert.Equal([7], heard);
    }

    private static async Task<string> StartListenerAsync(Cluster cluster, int events)
    {
        AddTasks(cluster, events);
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Listens");
        await cluster.Store.WaitForAsync<OrchestratorStarted>(id);
        return id;
    }

    private static void AddTasks(Cluster cluster, int events) => cluster.StartWorker(tasks => tasks
        .AddOrchestratorFunc<string>("Other", _ => Task.FromResult("other"))
        .AddOrchestratorFunc<int[]>("Listens", async context =>
        {
            var heard = new int[events];
            for (var i = 0; i < events; i++)
                heard[i] = await context.WaitForExternalEvent<int>("E");
            return heard;
        }));
}
