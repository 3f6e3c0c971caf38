using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class LifecycleFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task A_second_start_with_the_same_id_is_refused_and_changes_nothing()
    {
        await using var cluster = await OpenAsync();
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("First", 1, new StartOrchestrationOptions("same"));

        var thrown = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() =>
            cluster.Client.ScheduleNewOrchestrationInstanceAsync("Second", 2, new StartOrchestrationOptions("same")));

        Assert.Equal("same", thrown.InstanceId);
        Assert.Equal("First", (await cluster.Client.GetInstanceAsync("same"))!.Name);
    }

    [Fact]
    public async Task Of_many_starts_at_once_exactly_one_wins()
    {
        await using var cluster = await OpenAsync();

        var starts = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () => await Record.ExceptionAsync(() =>
            cluster.Client.ScheduleNewOrchestrationInstanceAsync("Any", i, new StartOrchestrationOptions("same"))) is null)));

        Assert.Single(starts, won => won);
    }

    [Fact]
    public async Task An_ended_instance_is_replaced_where_its_status_is_not_among_those_that_refuse()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<int, int>("Echo", (_, input) => Task.FromResult(input)));
        await cluster.RunAsync("Echo", 1, "same");

        var again = new StartOrchestrationOptions("same") { DedupeStatuses = ["Failed"] };
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Echo", 2, again);

        Assert.Equal(2, (await cluster.EndOfAsync("same")).ReadOutputAs<int>());
        Assert.Single((await cluster.Client.GetOrchestrationHistoryAsync("same")).OfType<ExecutionStarted>());
    }

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
    public async Task The_custom_status_is_the_last_one_set_and_null_clears_it()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Tells", async context =>
        {
            context.SetCustomStatus("one");
            context.SetCustomStatus(new[] { 1, 2 });
            await context.WaitForExternalEvent<string>("Clear");
            context.SetCustomStatus(null);
            return "done";
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Tells");
        await cluster.Store.WaitForAsync<OrchestratorCompleted>(id);
        var status = (await cluster.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!.ReadCustomStatusAs<int[]>()!;
        Assert.Equal([1, 2], status);

        await cluster.Client.RaiseEventAsync(id, "Clear");

        Assert.Null((await cluster.EndOfAsync(id)).SerializedCustomStatus);
    }

    [Fact]
    public async Task A_status_that_cannot_be_written_fails_the_orchestration()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Tells", context =>
        {
            context.SetCustomStatus(new { Type = typeof(string) });
            return Task.FromResult("unreached");
        }));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await cluster.RunAsync("Tells")).RuntimeStatus);
    }

    [Fact]
    public async Task Queries_filter_by_status_prefix_and_time_and_page_in_the_order_of_creation()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        for (var i = 0; i < 25; i++)
        {
            await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Q", i, new StartOrchestrationOptions($"{(i % 2 == 0 ? "even'%" : "odd_")}-{i:00}"));
            time.Advance(TimeSpan.FromMinutes(1));
        }

        await cluster.Client.TerminateInstanceAsync("even'%-04");
        var began = new FakeTime().GetUtcNow();

        Assert.Equal(Enumerable.Range(0, 25), (await Ids(cluster, new OrchestrationQuery(PageSize: 7))).Select(Number));
        Assert.Equal(13, (await Ids(cluster, new OrchestrationQuery(InstanceIdPrefix: "even'%"))).Count);
        Assert.Empty(await Ids(cluster, new OrchestrationQuery(InstanceIdPrefix: "odd%")));
        Assert.Equal([4], (await Ids(cluster, new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Terminated]))).Select(Number));
        Assert.Equal([20, 21, 22], (await Ids(cluster, new OrchestrationQuery(began.AddMinutes(20), began.AddMinutes(22)))).Select(Number));
    }

    [Fact]
    public async Task A_query_has_inputs_only_if_it_asks_for_them()
    {
        await using var cluster = await OpenAsync();
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Q", "secret");

        var without = await cluster.Client.GetAllInstancesAsync().SingleAsync();
        var with = await cluster.Client.GetAllInstancesAsync(new OrchestrationQuery(FetchInputsAndOutputs: true)).SingleAsync();

        Assert.Null(without.SerializedInput);
        Assert.Throws<InvalidOperationException>(() => without.ReadInputAs<string>());
        Assert.Equal("secret", with.ReadInputAs<string>());
    }

    [Fact]
    public async Task Purge_removes_ended_instances_only()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Ends", _ => Task.FromResult("done")));
        await cluster.RunAsync("Ends", instanceId: "it's ended");
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Open", null, new StartOrchestrationOptions("open"));

        Assert.Equal(0, (await cluster.Client.PurgeInstanceAsync("open")).PurgedInstanceCount);
        Assert.Equal(1, (await cluster.Client.PurgeInstanceAsync("it's ended")).PurgedInstanceCount);
        Assert.Equal(0, (await cluster.Client.PurgeInstanceAsync("it's ended")).PurgedInstanceCount);
        Assert.Null(await cluster.Client.GetInstanceAsync("it's ended"));
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => cluster.Client.GetOrchestrationHistoryAsync("it's ended"));
    }

    [Fact]
    public async Task Purge_by_filter_takes_more_than_one_helping()
    {
        await using var cluster = await OpenAsync();
        for (var i = 0; i < 1_100; i++)
        {
            await cluster.Client.ScheduleNewOrchestrationInstanceAsync("P", null, new StartOrchestrationOptions($"p{i}"));
            if (i != 7)
                await cluster.Client.TerminateInstanceAsync($"p{i}");
        }

        var result = await cluster.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Terminated]));

        Assert.Equal(1_099, result.PurgedInstanceCount);
        Assert.Equal("p7", (await cluster.Client.GetAllInstancesAsync().SingleAsync()).InstanceId);
    }

    [Theory]
    [InlineData("フロー-１２")]
    [InlineData("it's \"quoted\" ; DROP TABLE instances --")]
    [InlineData("a::b@c%d_e")]
    [InlineData("../slash/\\back")]
    [InlineData("👩‍🔧 wrench")]
    public async Task Any_text_can_be_an_instance_id(string id)
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Id", context => context.CallActivityAsync<string>("Id"))
            .AddActivityFunc<object?, string>("Id", (context, _) => context.InstanceId));

        Assert.Equal(id, (await cluster.RunAsync("Id", instanceId: id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_waiter_for_the_start_goes_on_with_the_first_step()
    {
        await using var cluster = await OpenAsync();
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        var started = cluster.Client.WaitForInstanceStartAsync(id);
        Assert.False(started.IsCompleted);

        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Waits", context => context.WaitForExternalEvent<string>("Never")));

        Assert.True((await started.WaitAsync(Cluster.Patience)).IsRunning);
    }

    [Fact]
    public async Task A_waiter_is_told_when_the_hub_closes()
    {
        var cluster = await OpenAsync();
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Nobody");
        var waiting = cluster.Client.WaitForInstanceCompletionAsync(id);

        await cluster.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(Cluster.Patience));
    }

    [Fact]
    public async Task Waiting_for_nobody_is_an_error()
    {
        await using var cluster = await OpenAsync();
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => cluster.Client.WaitForInstanceCompletionAsync("nobody"));
    }

    [Fact]
    public async Task New_guids_are_the_same_on_each_replay_and_differ_from_each_other()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<Guid[]>("Guids", async context =>
            {
                var first = context.NewGuid();
                var echoed = await context.CallActivityAsync<Guid>("Echo", first);
                return [first, echoed, context.NewGuid()];
            })
            .AddActivityFunc<Guid, Guid>("Echo", (_, guid) => guid));

        var guids = (await cluster.RunAsync("Guids")).ReadOutputAs<Guid[]>()!;

        Assert.Equal(guids[0], guids[1]);
        Assert.NotEqual(guids[0], guids[2]);
    }

    [Fact]
    public async Task The_row_is_the_fold_of_the_history()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int, string>("Some", (context, i) =>
                i == 1 ? throw new FormatException("one") : context.CallActivityAsync<string>("Echo", $"{i}"))
            .AddActivityFunc<string, string>("Echo", (_, text) => text));

        for (var i = 0; i < 3; i++)
        {
            var end = await cluster.RunAsync("Some", i);
            var folded = new InstanceState(end.InstanceId, string.Empty, string.Empty).Apply(await cluster.Client.GetOrchestrationHistoryAsync(end.InstanceId));
            Assert.Equal(
                (end.Name, end.RuntimeStatus, end.SerializedInput, end.SerializedOutput, end.FailureDetails, end.LastUpdatedAt),
                (folded.Name, folded.Status, folded.Input, folded.Output, folded.Failure, folded.LastUpdatedAt));
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static int Number(string id) => int.Parse(id[^2..], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<List<string>> Ids(Cluster cluster, OrchestrationQuery query) =>
        await cluster.Client.GetAllInstancesAsync(query).Select(instance => instance.InstanceId).ToListAsync();
}
