using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class RestartFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task Restart_under_the_same_id_begins_again_with_the_same_input_and_tags()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster);
        var options = new StartOrchestrationOptions("same") { Tags = new Dictionary<string, string> { ["who"] = "me" }, Version = "1.5" };
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "in", options);
        await cluster.EndOfAsync("same");
        var first = (await cluster.Client.GetOrchestrationHistoryAsync("same")).OfType<ExecutionStarted>().Single();

        Assert.Equal("same", await cluster.Client.RestartAsync("same"));

        var end = await cluster.EndOfAsync("same");
        Assert.Equal("in", end.ReadOutputAs<string>());
        Assert.Equal("me", end.Tags["who"]);
        var second = (await cluster.Client.GetOrchestrationHistoryAsync("same")).OfType<ExecutionStarted>().Single();
        Assert.NotEqual(first.ExecutionId, second.ExecutionId);
        Assert.Equal((first.Name, first.Version, first.Input), (second.Name, second.Version, second.Input));
    }

    [Fact]
    public async Task Restart_under_a_new_id_leaves_the_old_instance_as_it_is()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster);
        var first = await cluster.RunAsync("Echo", "in");

        var id = await cluster.Client.RestartAsync(first.InstanceId, restartWithNewInstanceId: true);

        Assert.NotEqual(first.InstanceId, id);
        Assert.Equal("in", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(first.LastUpdatedAt, (await cluster.EndOfAsync(first.InstanceId)).LastUpdatedAt);
    }

    [Fact]
    public async Task Restart_of_an_open_instance_is_refused_under_its_own_id_and_allowed_under_a_new_one()
    {
        await using var cluster = await OpenAsync();
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits", "in");
        await RefusedAsync();
        StartWorker(cluster);
        await cluster.Client.WaitForInstanceStartAsync(id).WaitAsync(Cluster.Patience);
        await RefusedAsync();
        await cluster.Client.SuspendInstanceAsync(id);
        await RefusedAsync();

        var other = await cluster.Client.RestartAsync(id, restartWithNewInstanceId: true);

        await cluster.Client.RaiseEventAsync(other, "Go", "went");
        Assert.Equal("went", (await cluster.EndOfAsync(other)).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await cluster.Client.GetInstanceAsync(id))!.RuntimeStatus);

        async Task RefusedAsync()
        {
            var thrown = await Assert.ThrowsAsync<OrchestrationStatusException>(() => cluster.Client.RestartAsync(id));
            Assert.Equal(id, thrown.InstanceId);
            Assert.Equal((await cluster.Client.GetInstanceAsync(id))!.RuntimeStatus, thrown.Status);
        }
    }

    [Fact]
    public async Task Restart_works_after_every_kind_of_end()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster);
        await cluster.RunAsync("Fails", instanceId: "failed");
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions("terminated"));
        await cluster.Client.TerminateInstanceAsync("terminated");

        await cluster.Client.RestartAsync("failed");
        await cluster.Client.RestartAsync("terminated");

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await cluster.EndOfAsync("failed")).RuntimeStatus);
        await cluster.Client.RaiseEventAsync("terminated", "Go", "went");
        Assert.Equal("went", (await cluster.EndOfAsync("terminated")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Restart_of_a_sub_orchestration_begins_one_of_its_own_that_nobody_waits_for()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster);
        await cluster.RunAsync("Parent", "in");

        await cluster.Client.RestartAsync("the-child");

        var end = await cluster.EndOfAsync("the-child");
        Assert.Equal("in", end.ReadOutputAs<string>());
        Assert.Null(end.Parent);
    }

    [Fact]
    public async Task Restart_of_none_is_an_error_that_names_the_id()
    {
        await using var cluster = await OpenAsync();
        foreach (var withNewId in new[] { false, true })
        {
            var thrown = await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => cluster.Client.RestartAsync("nobody", withNewId));
            Assert.Equal("nobody", thrown.InstanceId);
        }
    }

    private static void StartWorker(Cluster cluster) => cluster.StartWorker(tasks => tasks
        .AddOrchestratorFunc<string, string>("Echo", (_, input) => Task.FromResult(input))
        .AddOrchestratorFunc<string>("Fails", _ => throw new InvalidOperationException("always"))
        .AddOrchestratorFunc<string>("Waits", context => context.WaitForExternalEvent<string>("Go"))
        .AddOrchestratorFunc<string, string>("Parent", (context, input) =>
            context.CallSubOrchestratorAsync<string>("Echo", input, new SubOrchestrationOptions(instanceId: "the-child"))));
}
