using System.Collections.Concurrent;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

/// <summary>Who works much or slowly does not keep others from their turn.</summary>
public abstract class FairnessFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task Continue_as_new_without_any_await_yields_after_each_generation()
    {
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { MaximumConcurrentOrchestrations = 1 };
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int, string>("ForEver", (context, generation) =>
            {
                context.ContinueAsNew(generation + 1);
                return Task.FromResult(string.Empty);
            })
            .AddOrchestratorFunc<string>("Short", async context =>
            {
                for (var i = 0; i < 3; i++)
                    await context.CallActivityAsync("A");
                return "done";
            })
            .AddActivityFunc<object?>("A", (TaskActivityContext _, object? _) => { }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("ForEver", 0);
        await cluster.Store.WaitForAsync<ContinuedAsNew>(id, times: 3);

        Assert.Equal("done", (await cluster.RunAsync("Short")).ReadOutputAs<string>());
        Assert.True((await cluster.Client.GetInstanceAsync(id))!.IsRunning);
        await cluster.Client.TerminateInstanceAsync(id);
    }

    [Fact]
    public async Task A_slow_step_holds_up_no_other_instance()
    {
        var (entered, leave) = (new ManualResetEventSlim(), new ManualResetEventSlim());
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Slow", _ =>
            {
                entered.Set();
                leave.Wait(Cluster.Patience);
                return Task.FromResult("slow");
            })
            .AddOrchestratorFunc<string>("Quick", _ => Task.FromResult("quick")));
        var slow = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Slow");
        Assert.True(entered.Wait(Cluster.Patience));

        for (var i = 0; i < 20; i++)
            Assert.Equal("quick", (await cluster.RunAsync("Quick")).ReadOutputAs<string>());
        leave.Set();

        Assert.Equal("slow", (await cluster.EndOfAsync(slow)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Thousands_of_instances_started_at_once_all_end()
    {
        const int Count = 2_000;
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<int, int>("Echo", (_, i) => Task.FromResult(i)));

        var ids = await Task.WhenAll(Enumerable.Range(0, Count).Select(i => cluster.Client.ScheduleNewOrchestrationInstanceAsync("Echo", i)));
        var outputs = new int[Count];
        for (var i = 0; i < Count; i++)
            outputs[i] = (await cluster.EndOfAsync(ids[i])).ReadOutputAs<int>();

        Assert.Equal(Enumerable.Range(0, Count), outputs);
    }

    [Fact]
    public async Task Many_generations_of_many_instances_each_with_activity_and_timer_keep_apart()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int[], int>("Sum", async (context, state) =>
            {
                var (left, sum) = (state[0], state[1]);
                sum += await context.CallActivityAsync<int>("Echo", left);
                await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
                if (left > 0)
                    context.ContinueAsNew(new[] { left - 1, sum });
                return sum;
            })
            .AddActivityFunc<int, int>("Echo", (_, i) => i));

        var ends = await Task.WhenAll(Enumerable.Range(1, 10).Select(i => cluster.RunAsync("Sum", new[] { i, 0 })));

        Assert.Equal(Enumerable.Range(1, 10).Select(i => i * (i + 1) / 2), ends.Select(end => end.ReadOutputAs<int>()));
    }

    [Fact]
    public async Task An_urgent_activity_goes_before_older_ones_and_one_that_has_time_after_younger_ones()
    {
        var order = new ConcurrentQueue<string>();
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string?, object?>("Flow", (context, priority) => context.CallActivityAsync<object?>(
            "Work", priority, priority is null ? null : new TaskOptions(tags: new Dictionary<string, string> { [TaskTags.Priority] = priority }))));
        foreach (var priority in new[] { "-3600", null, "3600" })
        {
            var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", priority, new StartOrchestrationOptions(priority ?? "none"));
            await cluster.Store.WaitForAsync<TaskScheduled>(id);
        }

        cluster.WorkerOptions = cluster.WorkerOptions with { MaximumConcurrentActivities = 1 };
        cluster.StartWorker(tasks => tasks.AddActivityFunc<string?>("Work", (context, _) => order.Enqueue(context.InstanceId)));

        await cluster.EndOfAsync("-3600");
        Assert.Equal(["3600", "none", "-3600"], order);
    }
}
