using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class TerminationFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task Terminate_ends_a_pending_instance_without_any_worker()
    {
        await using var cluster = await OpenAsync();
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Nobody");

        await cluster.Client.TerminateInstanceAsync(id, "by hand");

        var end = await cluster.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, end.RuntimeStatus);
        Assert.Equal("by hand", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task Terminate_wins_over_an_activity_that_still_runs_and_over_its_late_result()
    {
        var (entered, leave) = (NewSignal(), NewSignal());
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Works", context => context.CallActivityAsync<string>("Long"))
            .AddActivityFunc<object?, string>("Long", async (_, _) =>
            {
                entered.SetResult();
                await leave.Task;
                return "late";
            }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Works");
        await entered.Task.WaitAsync(Cluster.Patience);

        await cluster.Client.TerminateInstanceAsync(id);
        leave.SetResult();
        await cluster.StopWorkersAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await cluster.EndOfAsync(id)).RuntimeStatus);
        Assert.IsType<ExecutionCompleted>((await cluster.Client.GetOrchestrationHistoryAsync(id))[^1]);
    }

    [Fact]
    public async Task A_step_that_runs_while_its_instance_is_terminated_is_refused()
    {
        var (entered, leave) = (new ManualResetEventSlim(), new ManualResetEventSlim());
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Stands", _ =>
        {
            entered.Set();
            leave.Wait(Cluster.Patience);
            return Task.FromResult("completed");
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Stands");
        Assert.True(entered.Wait(Cluster.Patience));

        await cluster.Client.TerminateInstanceAsync(id, "terminated");
        leave.Set();
        await cluster.StopWorkersAsync();

        Assert.Equal("terminated", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    /// <summary>Terminate wrote the row as it had read it: the custom status of a step between was lost.</summary>
    [Fact]
    public async Task Terminate_keeps_what_a_step_wrote_between_its_look_and_its_commit()
    {
        await using var cluster = await OpenAsync();
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        var stepped = false;
        cluster.Store.AfterInstance = async () =>
        {
            if (stepped)
                return;
            stepped = true;
            cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Waits", context =>
            {
                context.SetCustomStatus("waits");
                return context.WaitForExternalEvent<string>("Never");
            }));
            await cluster.Store.WaitForAsync<ExecutionStarted>(id);
        };

        await cluster.Client.TerminateInstanceAsync(id);

        var end = await cluster.EndOfAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "waits"), (end.RuntimeStatus, end.ReadCustomStatusAs<string>()));
    }

    [Fact]
    public async Task Terminate_of_an_ended_instance_changes_nothing()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Ends", _ => Task.FromResult("done")));
        var end = await cluster.RunAsync("Ends");

        await cluster.Client.TerminateInstanceAsync(end.InstanceId, "too late");

        Assert.Equal("done", (await cluster.EndOfAsync(end.InstanceId)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Terminate_ends_a_scheduled_start_before_its_instant()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Later", null, new StartOrchestrationOptions(StartAt: time.GetUtcNow().AddDays(1)));

        await cluster.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("never began"));
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Later", _ => Task.FromResult("began")));
        time.Advance(TimeSpan.FromDays(2));

        Assert.Equal("never began", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(0, cluster.Store.Count<ExecutionStarted>(id));
    }

    [Fact]
    public async Task Terminate_wins_over_a_step_that_would_continue_as_new()
    {
        var (entered, leave) = (new ManualResetEventSlim(), new ManualResetEventSlim());
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Again", context =>
        {
            entered.Set();
            leave.Wait(Cluster.Patience);
            context.ContinueAsNew();
            return Task.FromResult(string.Empty);
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Again");
        Assert.True(entered.Wait(Cluster.Patience));

        await cluster.Client.TerminateInstanceAsync(id);
        leave.Set();
        await cluster.StopWorkersAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await cluster.EndOfAsync(id)).RuntimeStatus);
        Assert.Equal(0, cluster.Store.Count<ContinuedAsNew>(id));
    }

    [Fact]
    public async Task Recursive_terminate_reaches_open_children_however_deep_and_leaves_ended_ones()
    {
        await using var cluster = await OpenAsync();
        await StartTreeAsync(cluster, "root", depth: 3);

        await cluster.Client.TerminateInstanceAsync("root", new TerminateInstanceOptions("all", Recursive: true));

        foreach (var id in new[] { "root", "root/0", "root/0/0", "root/0/0/0" })
        {
            var end = await cluster.EndOfAsync(id);
            Assert.Equal((OrchestrationRuntimeStatus.Terminated, "all"), (end.RuntimeStatus, end.ReadOutputAs<string>()));
            Assert.Equal(OrchestrationRuntimeStatus.Completed, (await cluster.EndOfAsync($"{id}/ended")).RuntimeStatus);
        }
    }

    [Fact]
    public async Task Terminate_leaves_the_children_unless_it_is_recursive()
    {
        await using var cluster = await OpenAsync();
        await StartTreeAsync(cluster, "root", depth: 1);

        await cluster.Client.TerminateInstanceAsync("root");

        Assert.True((await cluster.Client.GetInstanceAsync("root/0"))!.IsRunning);
    }

    [Fact]
    public async Task A_recursive_terminate_that_was_cut_off_is_completed_by_asking_again()
    {
        await using var cluster = await OpenAsync();
        await StartTreeAsync(cluster, "root", depth: 3);
        cluster.Store.BeforeCommit = batch =>
        {
            if (batch.InstanceId == "root/0/0")
                throw new InvalidOperationException("cut off");
        };
        var options = new TerminateInstanceOptions(Recursive: true);
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.Client.TerminateInstanceAsync("root", options));
        cluster.Store.BeforeCommit = null;
        Assert.True((await cluster.Client.GetInstanceAsync("root/0/0/0"))!.IsRunning);

        await cluster.Client.TerminateInstanceAsync("root", options);

        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await cluster.EndOfAsync("root/0/0/0")).RuntimeStatus);
    }

    [Fact]
    public async Task A_completion_that_was_committed_before_wins_over_terminate_also_for_all_below_it()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Waits", context => context.WaitForExternalEvent<string>("Never"))
            .AddOrchestratorFunc<string>("LeavesAChild", context =>
            {
                _ = context.CallSubOrchestratorAsync<string>("Waits", null, new SubOrchestrationOptions(instanceId: "left"));
                return Task.FromResult("completed");
            }));
        var end = await cluster.RunAsync("LeavesAChild");

        await cluster.Client.TerminateInstanceAsync(end.InstanceId, new TerminateInstanceOptions("late", Recursive: true));

        Assert.Equal("completed", (await cluster.EndOfAsync(end.InstanceId)).ReadOutputAs<string>());
        Assert.False((await cluster.Client.GetInstanceAsync("left"))!.IsCompleted);
    }

    /// <summary>Each instance waits for one child, "id/0", and has had another that has ended, "id/ended"; so many levels deep.</summary>
    private static async Task StartTreeAsync(Cluster cluster, string root, int depth)
    {
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Ends", _ => Task.FromResult("ended"))
            .AddOrchestratorFunc<int, string>("Tree", async (context, levels) =>
            {
                await context.CallSubOrchestratorAsync<string>("Ends", null, new SubOrchestrationOptions(instanceId: $"{context.InstanceId}/ended"));
                return levels == 0
                    ? await context.WaitForExternalEvent<string>("Never")
                    : await context.CallSubOrchestratorAsync<string>("Tree", levels - 1, new SubOrchestrationOptions(instanceId: $"{context.InstanceId}/0"));
            }));
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Tree", depth, new StartOrchestrationOptions(root));
        var deepest = root + string.Concat(Enumerable.Repeat("/0", depth));
        await cluster.Store.WaitForAsync<OrchestratorCompleted>(deepest, times: 2);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
