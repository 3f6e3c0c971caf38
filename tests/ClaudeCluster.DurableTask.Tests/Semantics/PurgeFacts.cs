using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class PurgeFacts(StoreKind kind) : HubFacts(kind)
{
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

    [Fact]
    public async Task A_purge_whose_time_is_over_says_that_it_is_not_complete_and_another_one_completes_it()
    {
        await using var cluster = await OpenAsync();
        for (var i = 0; i < 600; i++)
        {
            var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("P");
            await cluster.Client.TerminateInstanceAsync(id);
        }

        var first = await cluster.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.Zero });
        var second = await cluster.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.FromMinutes(1) });

        Assert.Equal((false, 600), (first.IsComplete, first.PurgedInstanceCount + second.PurgedInstanceCount));
        Assert.InRange(first.PurgedInstanceCount, 1, 599);
        Assert.True(second.IsComplete);
    }

    [Fact]
    public async Task A_recursive_purge_whose_time_is_over_says_that_it_is_not_complete()
    {
        await using var cluster = await OpenAsync();
        for (var i = 0; i < 60; i++)
        {
            var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("P");
            await cluster.Client.TerminateInstanceAsync(id);
        }

        var recursive = new PurgeInstanceOptions(Recursive: true);
        var first = await cluster.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter { Timeout = TimeSpan.Zero }, recursive);
        var second = await cluster.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(), recursive);

        Assert.Equal((false, 60), (first.IsComplete, first.PurgedInstanceCount + second.PurgedInstanceCount));
        Assert.InRange(first.PurgedInstanceCount, 1, 59);
        Assert.True(second.IsComplete);
    }

    [Fact]
    public async Task Purge_by_filter_goes_by_time_and_status()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        var began = time.GetUtcNow();
        for (var hour = 0; hour < 4; hour++)
        {
            await cluster.Client.ScheduleNewOrchestrationInstanceAsync("P", null, new StartOrchestrationOptions($"p{hour}"));
            await cluster.Client.TerminateInstanceAsync($"p{hour}");
            time.Advance(TimeSpan.FromHours(1));
        }

        var none = await cluster.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Completed]));
        var middle = await cluster.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(began.AddHours(1), began.AddHours(2)));

        Assert.Equal((0, 2), (none.PurgedInstanceCount, middle.PurgedInstanceCount));
        Assert.Equal(["p0", "p3"], await cluster.Client.GetAllInstancesAsync().Select(left => left.InstanceId).ToListAsync());
    }

    [Fact]
    public async Task Recursive_purge_takes_all_ended_instances_below_and_leaves_open_ones()
    {
        await using var cluster = await OpenAsync();
        await RunTreeAsync(cluster, "root");

        Assert.Equal(1, (await cluster.Client.PurgeInstanceAsync("other-root")).PurgedInstanceCount);
        var result = await cluster.Client.PurgeInstanceAsync("root", new PurgeInstanceOptions(Recursive: true));

        Assert.Equal((3, true), (result.PurgedInstanceCount, result.IsComplete));
        Assert.Equal(["root/open", "other-root/open", "other-root/0", "other-root/0/0"], await Left(cluster));
        Assert.Equal(0, (await cluster.Client.PurgeInstanceAsync("root/open", new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
    }

    [Fact]
    public async Task Recursive_purge_by_filter_takes_the_trees_of_all_that_it_names()
    {
        await using var cluster = await OpenAsync();
        await RunTreeAsync(cluster, "root");

        var none = await cluster.Client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Running]), new PurgeInstanceOptions(Recursive: true));
        var all = await cluster.Client.PurgeAllInstancesAsync(
            new PurgeInstancesFilter(Statuses: [OrchestrationRuntimeStatus.Completed]), new PurgeInstanceOptions(Recursive: true));

        Assert.Equal((0, 6), (none.PurgedInstanceCount, all.PurgedInstanceCount));
        Assert.Equal(["root/open", "other-root/open"], await Left(cluster));
    }

    [Fact]
    public async Task A_recursive_purge_that_was_cut_off_is_completed_by_asking_again()
    {
        await using var cluster = await OpenAsync();
        await RunTreeAsync(cluster, "root");
        var purged = 0;
        cluster.Store.BeforePurge = _ =>
        {
            if (++purged == 2)
                throw new InvalidOperationException("cut off");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => cluster.Client.PurgeInstanceAsync("root", new PurgeInstanceOptions(Recursive: true)));
        cluster.Store.BeforePurge = null;
        Assert.NotNull(await cluster.Client.GetInstanceAsync("root"));

        Assert.Equal(2, (await cluster.Client.PurgeInstanceAsync("root", new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
    }

    private static async Task<List<string>> Left(Cluster cluster) =>
        await cluster.Client.GetAllInstancesAsync().Select(left => left.InstanceId).ToListAsync();

    /// <summary>Two trees of three ended levels, each with one open instance left below its root.</summary>
    private static async Task RunTreeAsync(Cluster cluster, string root)
    {
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Waits", context => context.WaitForExternalEvent<string>("Never"))
            .AddOrchestratorFunc<int, string>("Tree", async (context, levels) =>
            {
                if (levels == 2)
                    _ = context.CallSubOrchestratorAsync<string>("Waits", null, new SubOrchestrationOptions(instanceId: $"{context.InstanceId}/open"));
                if (levels > 0)
                    await context.CallSubOrchestratorAsync<string>("Tree", levels - 1, new SubOrchestrationOptions(instanceId: $"{context.InstanceId}/0"));
                return "ended";
            }));
        await cluster.RunAsync("Tree", 2, root);
        await cluster.RunAsync("Tree", 2, $"other-{root}");
    }

    [Fact]
    public async Task Nothing_of_a_purged_instance_reaches_a_later_one_of_the_same_id()
    {
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string, string>("Flow", async (context, word) => await context.CallActivityAsync<string>("Run", word))
            .AddActivityFunc<string, string>("Run", async (_, word) =>
            {
                if (word != "old")
                    return word;
                entered.SetResult();
                await leave.Task;
                return word;
            }));
        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Flow", "old", new StartOrchestrationOptions("id"));
        await entered.Task.WaitAsync(Cluster.Patience);
        await cluster.Client.TerminateInstanceAsync("id");
        Assert.Equal(1, (await cluster.Client.PurgeInstanceAsync("id")).PurgedInstanceCount);

        var end = cluster.RunAsync("Flow", "new", "id");
        leave.SetResult();

        Assert.Equal("new", (await end).ReadOutputAs<string>());
    }
}
