using System.Text.Json;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;
using ClaudeCluster.DurableTask.WorkItems;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

/// <summary>Whose fault a failure is: the hub's ends the worker, the work's ends the work, an orderly stop is nobody's.</summary>
public abstract class FailureFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task A_history_that_nobody_can_read_fails_its_orchestration_with_the_reason_and_no_other()
    {
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { MaximumWarmInstances = 0 };
        cluster.Store.BeforeHistory = id => Throw<JsonException>(id == "damaged");
        cluster.StartWorker(AddTwoSteps);

        var damaged = await cluster.RunAsync("Flow", instanceId: "damaged");

        Assert.Equal(FailureTypes.NotReplayable, damaged.FailureDetails!.ErrorType);
        Assert.True(damaged.FailureDetails.IsCausedBy<JsonException>());
        Assert.Equal("done", (await cluster.RunAsync("Flow")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_service_that_fails_as_its_scope_ends_fails_the_activity_and_not_the_worker()
    {
        await using var cluster = await OpenAsync();
        var services = new ServiceCollection().AddScoped<Brittle>().BuildServiceProvider();
        cluster.StartWorker(
            tasks => tasks
                .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Work"))
                .AddActivity("Work", provider => new Worker(provider.GetRequiredService<Brittle>())),
            services);

        Assert.True((await cluster.RunAsync("Flow")).FailureDetails!.IsCausedBy<NotSupportedException>());
        Assert.True((await cluster.RunAsync("Flow")).FailureDetails!.IsCausedBy<NotSupportedException>());
    }

    [Fact]
    public async Task A_chain_of_causes_longer_than_a_history_can_hold_is_cut_and_its_outer_end_kept()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int, string>("Deep", (context, depth) => depth == 0
                ? context.CallActivityAsync<string>("Throw")
                : context.CallSubOrchestratorAsync<string>("Deep", depth - 1))
            .AddActivityFunc<object?, string>("Throw", string (_, _) =>
                throw Enumerable.Range(0, 100).Aggregate(new FormatException("innermost"), (inner, i) => new FormatException($"{i}", inner))));

        var end = await cluster.RunAsync("Deep", 70);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(typeof(TaskFailedException).FullName, end.FailureDetails!.ErrorType);
        Assert.True((await cluster.RunAsync("Deep", 0)).FailureDetails!.IsCausedBy<FormatException>());
    }

    [Fact]
    public async Task Work_given_back_in_order_is_never_poisoned_by_that()
    {
        await using var cluster = await OpenAsync();
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        for (var stop = 0; stop < 25; stop++)
            await cluster.Hub.AbandonAsync(await TakeAsync(cluster, steps: 1));

        cluster.StartWorker(AddDone);

        Assert.Equal("done", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_activity_that_takes_ten_workers_with_it_fails_as_poisoned()
    {
        var cluster = await OpenAsync();
        cluster.StartWorker(AddCatch);
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await cluster.Store.WaitForAsync<TaskScheduled>(id);
        for (var delivery = 0; delivery < 10; delivery++)
        {
            await TakeAsync(cluster, activities: 1);
            await cluster.DisposeAsync();
            cluster = await OpenAsync(SameStore());
        }

        cluster.StartWorker(AddCatch);

        Assert.Equal(FailureTypes.Poisoned, (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
        await cluster.DisposeAsync();

        static void AddCatch(DurableTaskRegistry tasks) => tasks.AddOrchestratorFunc<string>("Flow", async context =>
        {
            try
            {
                return await context.CallActivityAsync<string>("Kills", null, TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.Zero)));
            }
            catch (TaskFailedException e)
            {
                return e.FailureDetails.ErrorType;
            }
        });
    }

    [Fact]
    public async Task A_worker_that_is_gone_loses_its_work_when_its_lease_has_passed_and_a_live_one_never()
    {
        var time = new FakeTime();
        var store = NewStore();
        await using var cluster = await OpenAsync(store, time);
        var gone = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        var lost = await store.ClaimStepsAsync(new Claim("gone", 1, null, time.GetUtcNow(), time.GetUtcNow().AddSeconds(60), () => "old"));
        var kept = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        await using var connected = cluster.Hub.ReceiveAsync(new WorkerOffer("connected", 1, 0, null, null)).GetAsyncEnumerator();
        await connected.MoveNextAsync();

        time.Advance(TimeSpan.FromHours(2));
        await cluster.Store.CommitsAsync(3);

        Assert.Equal(gone, Assert.Single(lost).Lease.InstanceId);
        Assert.Equal(Verdict.LeaseLost, await store.CommitAsync(new CommitBatch(gone, new Guard.HoldsStep("old"))));
        var again = await store.ClaimStepsAsync(new Claim("next", 9, null, time.GetUtcNow(), time.GetUtcNow(), () => "new"));
        Assert.Equal(gone, Assert.Single(again).Lease.InstanceId);
        Assert.NotEqual(gone, kept);
    }

    [Fact]
    public async Task A_lease_of_a_live_worker_is_kept_though_the_clock_has_jumped_past_it()
    {
        var time = new FakeTime();
        var store = NewStore();
        await using var cluster = await OpenAsync(store, time);
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
        var held = new HeldWork(new RandomIds(time));
        using var promise = held.NewPromise();
        await store.ClaimStepsAsync(new Claim("slow", 1, null, time.GetUtcNow(), time.GetUtcNow(), promise.NewToken));

        await new LeaseKeeper(store, held, new HubClock(time), new LocalTaskHubOptions(), _ => { }, NullLogger.Instance).TakeAllBackAsync(default);

        Assert.Empty(await store.ClaimStepsAsync(new Claim("other", 1, null, time.GetUtcNow(), time.GetUtcNow(), () => "new")));
    }

    [Fact]
    public async Task A_lease_whose_holder_never_learned_of_it_runs_out_although_its_worker_lives()
    {
        var time = new FakeTime();
        var store = NewStore();
        await using var cluster = await OpenAsync(store, time);
        await store.CommitAsync(InstanceRequests.Start(new StartRequest("Flow", "f", null), "f", "f-1", time.GetUtcNow()));
        await store.ClaimStepsAsync(new Claim("worker-1", 1, null, time.GetUtcNow(), time.GetUtcNow().AddSeconds(60), () => "unheard"));
        cluster.StartWorker(AddDone);

        time.Advance(TimeSpan.FromHours(2));

        Assert.Equal("done", (await cluster.EndOfAsync("f")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Code_that_throws_where_nobody_awaits_fails_its_orchestration_also_when_rewound_and_not_the_worker()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => AddDone(tasks.AddOrchestratorFunc<string>("Loose", context =>
        {
            SynchronizationContext.Current!.Post(_ => throw new InvalidTimeZoneException("nobody awaits this"), null);
            return context.WaitForExternalEvent<string>("Go");
        })));

        var end = await cluster.RunAsync("Loose");
        await cluster.Client.RewindInstanceAsync(end.InstanceId, "try again");
        var again = await cluster.EndOfAsync(end.InstanceId);

        foreach (var failure in new[] { end.FailureDetails!, again.FailureDetails! })
        {
            Assert.Equal(FailureTypes.NotReplayable, failure.ErrorType);
            Assert.True(failure.IsCausedBy<InvalidTimeZoneException>());
            Assert.False(failure.IsCausedBy<TimeoutException>());
        }

        Assert.Equal("done", (await cluster.RunAsync("Flow")).ReadOutputAs<string>());
    }

    private static void AddDone(DurableTaskRegistry tasks) => tasks.AddOrchestratorFunc<string>("Flow", _ => Task.FromResult("done"));

    /// <summary>The second step reads what the first one wrote, unless it is remembered.</summary>
    private static void AddTwoSteps(DurableTaskRegistry tasks) => tasks
        .AddActivityFunc<string>("Work", _ => "done")
        .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Work"));

    private static void Throw<T>(bool really)
        where T : Exception, new()
    {
        if (really)
            throw new T();
    }

    private static async Task<WorkItem> TakeAsync(Cluster cluster, int steps = 0, int activities = 0)
    {
        using var enough = new CancellationTokenSource(Cluster.Patience);
        return await cluster.Hub.ReceiveAsync(new WorkerOffer("taker", steps, activities, null, null), enough.Token).FirstAsync(enough.Token);
    }

    private sealed class Brittle : IDisposable
    {
        public void Dispose() => throw new NotSupportedException("It does not like to be disposed.");
    }

    private sealed class Worker(Brittle brittle) : TaskActivity<object?, string>
    {
        public override Task<string> RunAsync(TaskActivityContext context, object? input) => Task.FromResult($"{brittle}");
    }
}
