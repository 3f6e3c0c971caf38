using System.Collections.Concurrent;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

/// <summary>What a rewind does to the sub-orchestrations that the rewound instance waits for.</summary>
public abstract class RewindTreeFacts(StoreKind kind) : HubFacts(kind)
{
    private readonly ConcurrentDictionary<string, int> _runs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _broken = new(StringComparer.Ordinal);

    [Fact]
    public async Task A_failed_child_is_rewound_too_however_deep_and_a_good_one_is_not()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster);
        _broken["deep"] = true;
        var failed = await cluster.RunAsync("Parent", new[] { "Child:good", "Middle:deep" }, "root");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);

        _broken.Clear();
        await cluster.Client.RewindInstanceAsync("root", "all the way");

        Assert.Equal("good deep", (await cluster.EndOfAsync("root")).ReadOutputAs<string>());
        Assert.Equal((1, 2), (_runs["good"], _runs["deep"]));
        foreach (var id in new[] { "root", "root-1", "root-1-child" })
            Assert.Equal("all the way", (await cluster.Client.GetOrchestrationHistoryAsync(id)).OfType<ExecutionRewound>().Single().Reason);
        Assert.Empty((await cluster.Client.GetOrchestrationHistoryAsync("root-0")).OfType<ExecutionRewound>());
    }

    [Fact]
    public async Task A_purged_child_is_started_anew()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster);
        _broken["bad"] = true;
        await cluster.RunAsync("Parent", new[] { "Child:bad" }, "root");
        Assert.Equal(1, (await cluster.Client.PurgeInstanceAsync("root-0")).PurgedInstanceCount);

        _broken.Clear();
        await cluster.Client.RewindInstanceAsync("root");

        Assert.Equal("bad", (await cluster.EndOfAsync("root")).ReadOutputAs<string>());
        Assert.Empty((await cluster.Client.GetOrchestrationHistoryAsync("root-0")).OfType<ExecutionRewound>());
    }

    [Fact]
    public async Task A_child_that_completed_after_its_parent_had_failed_answers_once_more()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster);
        _broken["bad"] = true;
        await cluster.RunAsync("Impatient", new[] { "Waits:late", "Child:bad" }, "root");
        await cluster.Client.RaiseEventAsync("root-0", "Go", "went");
        await cluster.EndOfAsync("root-0");

        _broken.Clear();
        await cluster.Client.RewindInstanceAsync("root");

        Assert.Equal("went bad", (await cluster.EndOfAsync("root")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_child_that_is_still_open_goes_on_and_is_waited_for_again()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster);
        _broken["bad"] = true;
        await cluster.RunAsync("Impatient", new[] { "Waits:late", "Child:bad" }, "root");

        _broken.Clear();
        await cluster.Client.RewindInstanceAsync("root");
        await cluster.Store.WaitForAsync<SubOrchestrationCompleted>("root");
        await cluster.Client.RaiseEventAsync("root-0", "Go", "went");

        Assert.Equal("went bad", (await cluster.EndOfAsync("root")).ReadOutputAs<string>());
        Assert.Empty((await cluster.Client.GetOrchestrationHistoryAsync("root-0")).OfType<ExecutionRewound>());
    }

    [Fact]
    public async Task A_terminated_child_goes_on_where_it_stood()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster);
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Parent", new[] { "Waits:x" }, new StartOrchestrationOptions("root"));
        await cluster.Store.WaitForAsync<OrchestratorCompleted>("root-0");
        await cluster.Client.TerminateInstanceAsync("root-0");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await cluster.EndOfAsync(id)).RuntimeStatus);

        await cluster.Client.RewindInstanceAsync(id);
        await cluster.Store.WaitForAsync<ExecutionRewound>("root-0");
        await cluster.Client.RaiseEventAsync("root-0", "Go", "went");

        Assert.Equal("went", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Empty((await cluster.Client.GetOrchestrationHistoryAsync("root-0")).OfType<ExecutionTerminated>());
    }

    [Fact]
    public async Task What_a_child_answers_before_a_worker_has_taken_the_rewind_is_not_heard_besides_its_new_answer()
    {
        await using (var before = await OpenAsync())
        {
            StartWorker(before);
            _broken["bad"] = true;
            await before.RunAsync("Impatient", new[] { "Waits:late", "Child:bad" }, "root");
            await before.StopWorkersAsync();
            await before.Client.RewindInstanceAsync("root");
            await before.Client.TerminateInstanceAsync("root-0");
        }

        _broken.Clear();
        await using var after = await Cluster.OpenAsync(SameStore());
        StartWorker(after);
        await after.Store.WaitForAsync<ExecutionRewound>("root-0");
        await after.Client.RaiseEventAsync("root-0", "Go", "went");

        Assert.Equal("went bad", (await after.EndOfAsync("root")).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("Throws", "went")]
    [InlineData("Throws and does more", "went more")]
    public async Task A_step_that_fails_begins_no_child_and_a_rewind_begins_it_once(string orchestrator, string output)
    {
        await using (var before = await OpenAsync())
        {
            StartWorker(before, isRepaired: false);
            Assert.Equal(OrchestrationRuntimeStatus.Failed, (await before.RunAsync(orchestrator, instanceId: "root")).RuntimeStatus);
            Assert.Null(await before.Client.GetInstanceAsync("root-0"));
        }

        await using var after = await Cluster.OpenAsync(SameStore());
        StartWorker(after);
        await after.Client.RewindInstanceAsync("root");
        await after.Store.WaitForAsync<OrchestratorCompleted>("root-0");
        await after.Client.RaiseEventAsync("root-0", "Go", "went");

        Assert.Equal(output, (await after.EndOfAsync("root")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_tree_can_be_rewound_again_and_again()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster);
        _broken["deep"] = true;
        await cluster.RunAsync("Parent", new[] { "Middle:deep" }, "root");
        for (var i = 0; i < 3; i++)
        {
            await cluster.Client.RewindInstanceAsync("root");
            Assert.Equal(OrchestrationRuntimeStatus.Failed, (await cluster.EndOfAsync("root")).RuntimeStatus);
        }

        _broken.Clear();
        await cluster.Client.RewindInstanceAsync("root");

        Assert.Equal("deep", (await cluster.EndOfAsync("root")).ReadOutputAs<string>());
        Assert.Equal(5, _runs["deep"]);
    }

    [Fact]
    public async Task A_child_can_be_rewound_alone_and_its_parent_which_has_moved_on_does_not_hear_of_it()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster);
        _broken["bad"] = true;
        await cluster.RunAsync("Parent", new[] { "Child:bad" }, "root");

        _broken.Clear();
        await cluster.Client.RewindInstanceAsync("root-0");

        Assert.Equal("bad", (await cluster.EndOfAsync("root-0")).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await cluster.EndOfAsync("root")).RuntimeStatus);
        await cluster.Client.RewindInstanceAsync("root");
        Assert.Equal("bad", (await cluster.EndOfAsync("root")).ReadOutputAs<string>());
    }

    private void StartWorker(Cluster cluster, bool isRepaired = true) => cluster.StartWorker(tasks => tasks
        .AddOrchestratorFunc("Throws", async context =>
        {
            var child = Call(context, "Waits:x", 0);
            return isRepaired ? await child : throw new InvalidOperationException("a bug");
        })
        .AddOrchestratorFunc("Throws and does more", async context =>
        {
            var child = Call(context, "Waits:x", 0);
            var more = isRepaired ? context.CallActivityAsync<string>("Run", "more") : throw new InvalidOperationException("a bug");
            return $"{await child} {await more}";
        })
        .AddOrchestratorFunc<string[], string>("Parent", async (context, children) =>
            string.Join(' ', await Task.WhenAll(children.Select((child, index) => Call(context, child, index)))))
        .AddOrchestratorFunc<string[], string>("Impatient", async (context, children) =>
        {
            var calls = children.Select((child, index) => Call(context, child, index)).ToList();
            await calls[^1];
            return string.Join(' ', await Task.WhenAll(calls));
        })
        .AddOrchestratorFunc<string, string>("Middle", (context, name) =>
            context.CallSubOrchestratorAsync<string>("Child", name, new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-child")))
        .AddOrchestratorFunc<string, string>("Child", (context, name) => context.CallActivityAsync<string>("Run", name))
        .AddOrchestratorFunc<string, string>("Waits", (context, _) => context.WaitForExternalEvent<string>("Go"))
        .AddActivityFunc<string, string>("Run", (_, name) =>
        {
            _runs.AddOrUpdate(name, 1, (_, runs) => runs + 1);
            return _broken.ContainsKey(name) ? throw new InvalidOperationException($"{name} is broken") : name;
        }));

    /// <summary>"Orchestrator:input", under the id of the parent and its place.</summary>
    private static Task<string> Call(TaskOrchestrationContext context, string child, int index)
    {
        var parts = child.Split(':');
        return context.CallSubOrchestratorAsync<string>(parts[0], parts[1], new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-{index}"));
    }
}
