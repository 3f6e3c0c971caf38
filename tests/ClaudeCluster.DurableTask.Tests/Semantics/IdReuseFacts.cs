using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

/// <summary>What a start does when its id is taken.</summary>
public abstract class IdReuseFacts(StoreKind kind) : HubFacts(kind)
{
    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Pending)]
    [InlineData(OrchestrationRuntimeStatus.Running)]
    [InlineData(OrchestrationRuntimeStatus.Suspended)]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    public async Task An_instance_is_replaced_unless_its_status_is_one_that_refuses(OrchestrationRuntimeStatus status)
    {
        await using var cluster = await OpenAsync();
        await BringToAsync(cluster, status);

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => StartAsync(status == OrchestrationRuntimeStatus.Terminated ? Enum.GetValues<OrchestrationRuntimeStatus>() : [status]));
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() =>
            cluster.Client.ScheduleNewOrchestrationInstanceAsync("Ends", null, new StartOrchestrationOptions("id")));
        Assert.Equal(status, (await cluster.Client.GetInstanceAsync("id"))!.RuntimeStatus);

        await StartAsync([]);
        cluster.StartWorker(AddTasks);
        Assert.Equal("ended", (await cluster.EndOfAsync("id")).ReadOutputAs<string>());

        Task StartAsync(OrchestrationRuntimeStatus[] refuse) => cluster.Client.ScheduleNewOrchestrationInstanceAsync(
            "Ends", null, new StartOrchestrationOptions("id").WithDedupeStatuses(refuse));
    }

    [Fact]
    public async Task Statuses_that_contradict_each_other_are_refused()
    {
        await using var cluster = await OpenAsync();

        var thrown = await Assert.ThrowsAsync<ArgumentException>(() => cluster.Client.ScheduleNewOrchestrationInstanceAsync(
            "Ends", null, new StartOrchestrationOptions("id").WithDedupeStatuses(OrchestrationRuntimeStatus.Terminated)));

        Assert.Contains("terminated before it is replaced", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_waiting_parent_is_told_that_its_child_was_replaced()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(AddTasks);
        var parent = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        await cluster.Store.WaitForAsync<OrchestratorCompleted>("child");

        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Ends", null, new StartOrchestrationOptions("child").WithDedupeStatuses());

        Assert.Equal("told", (await cluster.EndOfAsync(parent)).ReadOutputAs<string>());
        Assert.Equal("ended", (await cluster.EndOfAsync("child")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task What_was_left_of_the_replaced_instance_does_not_reach_the_new_one()
    {
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", async context =>
            {
                var timer = context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                var activity = context.CallActivityAsync<string>("Held", context.GetInput<string>());
                var heard = context.WaitForExternalEvent<string>("E");
                await Task.WhenAll(timer, activity, heard);
                return $"{await activity} {await heard}";
            })
            .AddActivityFunc<string, string>("Held", async (_, word) =>
            {
                if (word == "old")
                {
                    entered.SetResult();
                    await leave.Task;
                }

                return word;
            }));
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", "old", new StartOrchestrationOptions("id"));
        await entered.Task.WaitAsync(Cluster.Patience);
        await cluster.Client.SuspendInstanceAsync("id");
        await cluster.Client.RaiseEventAsync("id", "E", "old");

        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", "new", new StartOrchestrationOptions("id").WithDedupeStatuses());
        leave.SetResult();
        time.Advance(TimeSpan.FromMinutes(59));
        await cluster.Client.RaiseEventAsync("id", "E", "new");
        await cluster.Store.WaitForAsync<EventRaised>("id");
        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("new new", (await cluster.EndOfAsync("id")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Of_many_starts_that_replace_each_other_one_is_left_and_runs()
    {
        await using var cluster = await OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() =>
            cluster.Client.ScheduleNewOrchestrationInstanceAsync("Ends", null, new StartOrchestrationOptions("id").WithDedupeStatuses()))));

        cluster.StartWorker(AddTasks);

        Assert.Equal("ended", (await cluster.EndOfAsync("id")).ReadOutputAs<string>());
        Assert.Single(await cluster.Client.GetAllInstancesAsync().ToListAsync());
    }

    [Fact]
    public async Task Who_asks_a_hub_directly_to_replace_nothing_replaces_nothing()
    {
        await using var cluster = await OpenAsync();
        await cluster.Hub.StartAsync(new StartRequest("Ends", "id", null));

        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => cluster.Hub.StartAsync(new StartRequest("Ends", "id", null)));
    }

    private static async Task BringToAsync(Cluster cluster, OrchestrationRuntimeStatus status)
    {
        if (status is not (OrchestrationRuntimeStatus.Pending or OrchestrationRuntimeStatus.Suspended))
            cluster.StartWorker(tasks => tasks
                .AddOrchestratorFunc<string>("Waits", context => context.WaitForExternalEvent<string>("Never"))
                .AddOrchestratorFunc<string>("Completes", _ => Task.FromResult("completed"))
                .AddOrchestratorFunc<string>("Fails", _ => throw new InvalidOperationException("fails")));
        var name = status switch
        {
            OrchestrationRuntimeStatus.Completed => "Completes",
            OrchestrationRuntimeStatus.Failed => "Fails",
            _ => "Waits",
        };
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync(name, null, new StartOrchestrationOptions("id"));
        if (status == OrchestrationRuntimeStatus.Running)
            await cluster.Client.WaitForInstanceStartAsync("id").WaitAsync(Cluster.Patience);
        else if (status == OrchestrationRuntimeStatus.Suspended)
            await cluster.Client.SuspendInstanceAsync("id");
        else if (status == OrchestrationRuntimeStatus.Terminated)
            await cluster.Client.TerminateInstanceAsync("id");
        else if (status != OrchestrationRuntimeStatus.Pending)
            await cluster.EndOfAsync("id");
    }

    private static void AddTasks(DurableTaskRegistry tasks) => tasks
        .AddOrchestratorFunc<string>("Ends", _ => Task.FromResult("ended"))
        .AddOrchestratorFunc<string>("Waits", context => context.WaitForExternalEvent<string>("Never"))
        .AddOrchestratorFunc<string>("Parent", async context =>
        {
            try
            {
                return await context.CallSubOrchestratorAsync<string>("Waits", new SubOrchestrationOptions(instanceId: "child"));
            }
            catch (TaskFailedException e) when (e.FailureDetails.ErrorType == FailureTypes.Terminated)
            {
                return "told";
            }
        });
}
