using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class WorkerFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task Several_workers_each_take_only_the_names_they_know()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string[]>("Flow", context =>
            Task.WhenAll(new[] { "a", "b", "c", "d" }.Select(name => context.CallActivityAsync<string>($"Run:{name}")))));
        foreach (var name in new[] { "a", "b", "c", "d" })
            cluster.StartWorker(tasks => tasks.AddActivityFunc<object?, string>($"Run:{name}", (_, _) => name));

        var seen = (await cluster.RunAsync("Flow")).ReadOutputAs<string[]>()!;
        Assert.Equal(["a", "b", "c", "d"], seen);
    }

    [Fact]
    public async Task No_room_means_no_activities_and_one_at_a_time_means_one()
    {
        var (running, most) = (0, 0);
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { MaximumConcurrentActivities = 0 };
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int[]>("Flow", context => Task.WhenAll(Enumerable.Range(0, 20).Select(i => context.CallActivityAsync<int>("One", i))))
            .AddActivityFunc<int, int>("One", int (_, _) => throw new InvalidOperationException("This worker has no room.")));
        cluster.WorkerOptions = cluster.WorkerOptions with { MaximumConcurrentActivities = 1 };
        cluster.StartWorker(tasks => tasks.AddActivityFunc<int, int>("One", async (_, i) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return i;
        }));

        Assert.Equal(Enumerable.Range(0, 20), (await cluster.RunAsync("Flow")).ReadOutputAs<int[]>());
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task What_runs_when_the_worker_stops_is_finished_in_time()
    {
        var (entered, leave) = (NewSignal(), NewSignal());
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Long"))
            .AddActivityFunc<object?, string>("Long", async (_, _) =>
            {
                entered.SetResult();
                await leave.Task;
                return "finished";
            }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await entered.Task.WaitAsync(Cluster.Patience);

        var stopping = cluster.StopWorkersAsync();
        leave.SetResult();
        await stopping;

        await using var next = await ReopenAsync(cluster);
        next.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Long")));
        Assert.Equal("finished", (await next.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task What_does_not_finish_in_time_is_told_to_stop_and_runs_again_elsewhere()
    {
        var entered = NewSignal();
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { DrainTimeout = TimeSpan.Zero };
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Long"))
            .AddActivityFunc<object?, string>("Long", async (context, _) =>
            {
                entered.SetResult();
                await Task.Delay(Timeout.Infinite, context.GetStoppingToken());
                return "unreached";
            }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await entered.Task.WaitAsync(Cluster.Patience);
        await cluster.StopWorkersAsync();

        await using var next = await ReopenAsync(cluster);
        next.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Long"))
            .AddActivityFunc<object?, string>("Long", (_, _) => "second run"));
        Assert.Equal("second run", (await next.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task What_does_not_stop_at_all_is_abandoned_and_its_late_result_refused()
    {
        var (entered, leave) = (NewSignal(), NewSignal());
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { DrainTimeout = TimeSpan.Zero, StopTimeout = TimeSpan.Zero };
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Deaf"))
            .AddActivityFunc<object?, string>("Deaf", async (_, _) =>
            {
                entered.SetResult();
                await leave.Task;
                return "late";
            }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await entered.Task.WaitAsync(Cluster.Patience);
        await cluster.StopWorkersAsync();

        var worker = new DurableTaskWorker(
            cluster.Hub,
            new DurableTaskRegistry()
                .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Deaf"))
                .AddActivityFunc<object?, string>("Deaf", (_, _) => "again"),
            new ServiceCollection().BuildServiceProvider(),
            new DurableTaskWorkerOptions { WorkerId = "second" },
            TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var working = worker.RunAsync(stop.Token);
        var end = await cluster.EndOfAsync(id);
        leave.SetResult();
        await stop.CancelAsync();
        await working;

        Assert.Equal("again", end.ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_silent_worker_loses_its_step_and_its_late_completion_is_refused()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        var step = await TakeSilentlyAsync<StepWorkItem>(cluster, steps: 1);

        await cluster.Store.CommitAsync(Lost(step));
        var refused = await cluster.Hub.CompleteAsync(new StepCompletion(step, [new OrchestratorAction.Complete("\"stale\"")], null));

        Assert.Equal(Receipt.LeaseLost, refused);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Flow", _ => Task.FromResult("fresh")));
        Assert.Equal("fresh", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_live_worker_keeps_its_lease_however_long_it_works()
    {
        var time = new FakeTime();
        var (entered, leave) = (NewSignal(), NewSignal());
        var runs = 0;
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Long"))
            .AddActivityFunc<object?, string>("Long", async (_, _) =>
            {
                Interlocked.Increment(ref runs);
                entered.TrySetResult();
                await leave.Task;
                return "once";
            }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await entered.Task.WaitAsync(Cluster.Patience);
        for (var minute = 0; minute < 120; minute++)
            time.Advance(TimeSpan.FromMinutes(1));
        leave.SetResult();

        Assert.Equal("once", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(1, runs);
    }

    /// <summary>Its leases were renewed for as long as the hub lived, since it still held work.</summary>
    [Fact]
    public async Task A_worker_that_vanishes_holding_work_loses_it_when_its_lease_has_run_out()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await TakeSilentlyAsync<StepWorkItem>(cluster, steps: 1);

        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Flow", _ => Task.FromResult("elsewhere")));
        var end = cluster.EndOfAsync(id);
        // Over the wire, the hub learns only by and by that the worker has gone.
        while (!end.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(end, Task.Delay(1));
        }

        Assert.Equal("elsewhere", (await end).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_step_that_never_completes_is_poisoned_after_ten_deliveries()
    {
        var cluster = await OpenAsync();
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Kills");
        for (var delivery = 0; delivery < 10; delivery++)
        {
            await TakeSilentlyAsync<StepWorkItem>(cluster, steps: 1);
            await cluster.CloseHubAsync();
            cluster = await OpenAsync(SameStore());
        }

        var end = await cluster.EndOfAsync(id);
        Assert.Equal(FailureTypes.Poisoned, end.FailureDetails!.ErrorType);
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task An_activity_whose_worker_dies_runs_again_unless_its_tag_says_that_this_fails_it()
    {
        var cluster = await OpenAsync();
        cluster.StartWorker(AddLosses);
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await cluster.Store.WaitForAsync<TaskScheduled>(id, times: 2);
        await TakeSilentlyAsync<ActivityWorkItem>(cluster, activities: 2, count: 2);
        await cluster.DisposeAsync();

        await using var next = await OpenAsync(SameStore());
        next.StartWorker(AddLosses).StartWorker(tasks => tasks
            .AddActivityFunc<object?, string>("Retried", (_, _) => "ran again")
            .AddActivityFunc<object?, string>("Fragile", (_, _) => "must not run"));

        var seen = (await next.EndOfAsync(id)).ReadOutputAs<string[]>()!;
        Assert.Equal(["ran again", FailureTypes.WorkerLost], seen);

        static void AddLosses(DurableTaskRegistry tasks) => tasks.AddOrchestratorFunc<string[]>("Flow", async context =>
        {
            var retried = context.CallActivityAsync<string>("Retried");
            var fragile = context.CallActivityAsync<string>(
                "Fragile", null, new TaskOptions(tags: new Dictionary<string, string> { [TaskTags.OnLostWorker] = TaskTags.Fail }));
            try
            {
                return [await retried, await fragile];
            }
            catch (TaskFailedException e)
            {
                return [await retried, e.FailureDetails.ErrorType];
            }
        });
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Transitions.CommitBatch Lost(WorkItem item) =>
        new(item.InstanceId, new Transitions.Guard.HoldsStep(item.Token)) { Leased = Transitions.Disposition.Requeued };

    /// <summary>A worker that takes work and is never heard of again.</summary>
    private static async Task<T> TakeSilentlyAsync<T>(Cluster cluster, int steps = 0, int activities = 0, int count = 1)
        where T : WorkItem
    {
        using var enough = new CancellationTokenSource(Cluster.Patience);
        await foreach (var item in cluster.Hub.ReceiveAsync(new WorkerOffer("silent", steps, activities, null, null), enough.Token))
        {
            if (--count == 0)
                return (T)item;
        }

        throw new TimeoutException("There was no work.");
    }

    private async Task<Cluster> ReopenAsync(Cluster cluster)
    {
        await cluster.CloseHubAsync();
        return await OpenAsync(SameStore());
    }
}
