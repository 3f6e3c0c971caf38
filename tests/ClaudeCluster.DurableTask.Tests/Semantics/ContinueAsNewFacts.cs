using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class ContinueAsNewFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task Each_generation_has_a_new_execution_and_an_empty_history()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int, int>("Generations", async (context, generation) =>
            {
                await context.CallActivityAsync("Nothing");
                if (generation < 10)
                    context.ContinueAsNew(generation + 1);
                return generation;
            })
            .AddActivityFunc<object?, object?>("Nothing", (_, input) => input));

        var end = await cluster.RunAsync("Generations", 0);

        Assert.Equal(10, end.ReadOutputAs<int>());
        Assert.Equal(10, end.ReadInputAs<int>());
        var history = await cluster.Client.GetOrchestrationHistoryAsync(end.InstanceId);
        Assert.Single(history.OfType<TaskScheduled>());
        Assert.Single(history.OfType<ExecutionStarted>());
    }

    [Fact]
    public async Task Unclaimed_events_go_along_in_order_and_none_is_lost()
    {
        const int Count = 40;
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<int[], int[]>("Collect", async (context, seen) =>
        {
            seen = [.. seen, await context.WaitForExternalEvent<int>("Number")];
            if (seen.Length < Count)
                context.ContinueAsNew(seen);
            return seen;
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Collect", Array.Empty<int>());
        for (var i = 0; i < Count; i++)
            await cluster.Client.RaiseEventAsync(id, "Number", i);

        Assert.Equal(Enumerable.Range(0, Count), (await cluster.EndOfAsync(id)).ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task More_carried_events_than_one_step_takes_stay_in_order_and_none_is_lost()
    {
        const int Count = Claim.MostMessages + 200;
        await using var cluster = await OpenAsync();
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Collect", Array.Empty<int>());
        for (var i = 0; i < Count; i++)
            await cluster.Client.RaiseEventAsync(id, "Number", i);
        await cluster.Client.RaiseEventAsync(id, "Go");
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<int[], int[]>("Collect", async (context, seen) =>
        {
            if (seen.Length == 0)
                await context.WaitForExternalEvent<string>("Go");
            seen = [.. seen, await context.WaitForExternalEvent<int>("Number")];
            if (seen.Length < 3)
            {
                context.ContinueAsNew(seen);
                return seen;
            }

            while (seen.Length < Count)
                seen = [.. seen, await context.WaitForExternalEvent<int>("Number")];
            return seen;
        }));

        Assert.Equal(Enumerable.Range(0, Count), (await cluster.EndOfAsync(id)).ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task Unclaimed_events_stay_behind_if_the_code_says_so()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<int, string>("Drops", async (context, generation) =>
        {
            if (generation == 0)
            {
                await context.WaitForExternalEvent<string>("Next");
                context.ContinueAsNew(1, preserveUnprocessedEvents: false);
                return "replaced";
            }

            var word = context.WaitForExternalEvent<string>("Word");
            var first = await Task.WhenAny(word, context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None));
            return first == word ? "kept" : "dropped";
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Drops", 0);
        await cluster.Client.RaiseEventAsync(id, "Word", "unclaimed");
        await cluster.Client.RaiseEventAsync(id, "Next");
        await cluster.Store.WaitForAsync<TimerCreated>(id);
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("dropped", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Timers_and_activities_of_the_old_generation_are_gone()
    {
        var time = new FakeTime();
        var slow = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int, string>("Renews", async (context, generation) =>
            {
                if (generation == 0)
                {
                    _ = context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
                    _ = context.CallActivityAsync<string>("Slow");
                    await context.WaitForExternalEvent<string>("Next");
                    context.ContinueAsNew(1);
                    return string.Empty;
                }

                await context.CreateTimer(TimeSpan.FromMinutes(5), CancellationToken.None);
                return "second";
            })
            .AddActivityFunc<object?, string>("Slow", (_, _) => slow.Task));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Renews", 0);
        await cluster.Store.WaitForAsync<TimerCreated>(id);
        await cluster.Client.RaiseEventAsync(id, "Next");
        await cluster.Store.WaitForAsync<TimerCreated>(id, times: 2);
        slow.SetResult("too late");
        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("second", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
        var history = await cluster.Client.GetOrchestrationHistoryAsync(id);
        Assert.Single(history.OfType<TimerFired>());
        Assert.Empty(history.OfType<TaskCompleted>());
    }

    [Fact]
    public async Task Tags_and_parent_are_kept_and_the_custom_status_is_cleared()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>("Child", 0, new SubOrchestrationOptions(instanceId: "c")))
            .AddOrchestratorFunc<int, string>("Child", (context, generation) =>
            {
                if (generation == 0)
                {
                    context.SetCustomStatus("first");
                    context.ContinueAsNew(1);
                }

                return Task.FromResult(context.Parent!.Name.Name);
            }));
        var options = new StartOrchestrationOptions { Tags = new Dictionary<string, string> { ["k"] = "v" } };

        var end = await cluster.EndOfAsync(await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Parent", null, options));

        Assert.Equal("Parent", end.ReadOutputAs<string>());
        var child = await cluster.Client.GetInstanceAsync("c", getInputsAndOutputs: true);
        Assert.Equal("v", child!.Tags["k"]);
        Assert.Null(child.SerializedCustomStatus);
    }
}
