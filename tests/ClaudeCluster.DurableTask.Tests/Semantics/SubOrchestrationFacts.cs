using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class SubOrchestrationFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task A_child_s_result_reaches_its_parent_through_several_levels()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<int, int>("Depth", async (context, depth) =>
            depth == 0 ? 1 : 1 + await context.CallSubOrchestratorAsync<int>("Depth", depth - 1)));

        Assert.Equal(6, (await cluster.RunAsync("Depth", 5)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Children_run_side_by_side()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int[]>("Parent", context =>
                Task.WhenAll(Enumerable.Range(0, 20).Select(i => context.CallSubOrchestratorAsync<int>("Child", i))))
            .AddOrchestratorFunc<int, int>("Child", (context, i) => context.CallActivityAsync<int>("Twice", i))
            .AddActivityFunc<int, int>("Twice", (_, i) => 2 * i));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => 2 * i), (await cluster.RunAsync("Parent")).ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task A_child_knows_its_parent_and_the_client_sees_it_too()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context =>
                context.CallSubOrchestratorAsync<string>("Child", null, new SubOrchestrationOptions(instanceId: "the-child")))
            .AddOrchestratorFunc<string>("Child", context => Task.FromResult($"{context.Parent!.Name} {context.Parent.InstanceId}")));

        var end = await cluster.RunAsync("Parent", instanceId: "the-parent");

        Assert.Equal("Parent the-parent", end.ReadOutputAs<string>());
        Assert.Null(end.Parent);
        Assert.Equal("the-parent", (await cluster.Client.GetInstanceAsync("the-child"))!.Parent!.InstanceId);
    }

    [Fact]
    public async Task A_child_s_failure_is_caught_by_its_parent_with_all_causes()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", async context =>
            {
                try
                {
                    return await context.CallSubOrchestratorAsync<string>("Child");
                }
                catch (TaskFailedException e) when (e.IsCausedByException<FormatException>())
                {
                    return $"caught {e.TaskName}";
                }
            })
            .AddOrchestratorFunc<string>("Child", context => context.CallActivityAsync<string>("Throw"))
            .AddActivityFunc<object?, string>("Throw", string (_, _) => throw new FormatException("wrong")));

        Assert.Equal("caught Child", (await cluster.RunAsync("Parent")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_terminated_child_fails_its_parent_s_call()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", async context =>
            {
                try
                {
                    return await context.CallSubOrchestratorAsync<string>("Child", null, new SubOrchestrationOptions(instanceId: "the-child"));
                }
                catch (TaskFailedException e)
                {
                    return e.FailureDetails.ErrorType;
                }
            })
            .AddOrchestratorFunc<string>("Child", context => context.WaitForExternalEvent<string>("Never")));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Parent");
        await cluster.Store.WaitForAsync<SubOrchestrationCreated>(id);

        await cluster.Client.TerminateInstanceAsync("the-child");

        Assert.Equal(FailureTypes.Terminated, (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_child_id_that_belongs_to_somebody_else_fails_the_call_and_leaves_the_other_alone()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", async context =>
            {
                try
                {
                    return await context.CallSubOrchestratorAsync<string>("Child", null, new SubOrchestrationOptions(instanceId: "taken"));
                }
                catch (TaskFailedException e)
                {
                    return e.FailureDetails.ErrorType;
                }
            })
            .AddOrchestratorFunc<string>("Child", context => context.WaitForExternalEvent<string>("Word")));
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Child", null, new StartOrchestrationOptions("taken"));

        Assert.Equal(FailureTypes.AlreadyExists, (await cluster.RunAsync("Parent")).ReadOutputAs<string>());
        await cluster.Client.RaiseEventAsync("taken", "Word", "mine");
        Assert.Equal("mine", (await cluster.EndOfAsync("taken")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task The_answer_of_an_old_execution_s_child_is_dropped()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int, string>("Parent", async (context, generation) =>
            {
                if (generation == 0)
                {
                    _ = context.CallSubOrchestratorAsync<string>("Child", "old", new SubOrchestrationOptions(instanceId: "old-child"));
                    await context.WaitForExternalEvent<string>("Next");
                    context.ContinueAsNew(1);
                    return string.Empty;
                }

                var mine = context.CallSubOrchestratorAsync<string>("Child", "new", new SubOrchestrationOptions(instanceId: "new-child"));
                return await mine;
            })
            .AddOrchestratorFunc<string, string>("Child", async (context, name) => $"{name} {await context.WaitForExternalEvent<string>("Go")}"));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Parent", 0);
        await cluster.Store.WaitForAsync<SubOrchestrationCreated>(id);
        await cluster.Client.RaiseEventAsync(id, "Next");
        await cluster.Store.WaitForAsync<SubOrchestrationCreated>(id, created => created.InstanceId == "new-child");

        await cluster.Client.RaiseEventAsync("old-child", "Go", "late");
        await cluster.EndOfAsync("old-child");
        await cluster.Client.RaiseEventAsync("new-child", "Go", "right");

        Assert.Equal("new right", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_child_has_its_parent_s_tags_unless_it_says_otherwise()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>(
                "Child",
                null,
                new TaskOptions(tags: new Dictionary<string, string> { ["b"] = "child" }).WithInstanceId("tagged")))
            .AddOrchestratorFunc<string>("Child", _ => Task.FromResult("done")));
        var options = new StartOrchestrationOptions { Tags = new Dictionary<string, string> { ["a"] = "parent", ["b"] = "parent" } };
        await cluster.EndOfAsync(await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Parent", null, options));

        var tags = (await cluster.Client.GetInstanceAsync("tagged"))!.Tags;

        Assert.Equal(("parent", "child"), (tags["a"], tags["b"]));
    }
}
