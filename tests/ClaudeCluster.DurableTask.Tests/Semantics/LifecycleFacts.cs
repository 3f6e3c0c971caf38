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
}
