using System.Collections.Concurrent;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.DurableTask.WorkItems;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class RewindFacts(StoreKind kind) : HubFacts(kind)
{
    private readonly ConcurrentDictionary<string, int> _runs = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _broken = new(StringComparer.Ordinal);
    private Task _held = Task.CompletedTask;

    [Fact]
    public async Task Rewind_tries_what_failed_again_and_keeps_what_went_well()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster, async context => $"{await Run(context, "A")} {await Run(context, "B")}");
        _broken["B"] = true;
        var failed = await cluster.RunAsync("Flow");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, failed.RuntimeStatus);

        _broken.Clear();
        await cluster.Client.RewindInstanceAsync(failed.InstanceId, "repaired");

        var end = await cluster.EndOfAsync(failed.InstanceId);
        Assert.Equal(("A B", null), (end.ReadOutputAs<string>(), end.FailureDetails));
        Assert.Equal((1, 2), (_runs["A"], _runs["B"]));
        var history = await cluster.Client.GetOrchestrationHistoryAsync(failed.InstanceId);
        Assert.Equal("repaired", history.OfType<ExecutionRewound>().Single().Reason);
        Assert.Empty(history.OfType<TaskFailed>());
        Assert.Single(history.OfType<ExecutionCompleted>());
    }

    [Fact]
    public async Task Of_a_fan_out_only_what_failed_runs_again()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster, async context => string.Join(' ', await Task.WhenAll("ABCDEF".Select(letter => Run(context, $"{letter}")))));
        _broken["B"] = _broken["E"] = true;
        var failed = await cluster.RunAsync("Flow");

        _broken.Clear();
        await cluster.Client.RewindInstanceAsync(failed.InstanceId);

        Assert.Equal("A B C D E F", (await cluster.EndOfAsync(failed.InstanceId)).ReadOutputAs<string>());
        Assert.Equal("A1 B2 C1 D1 E2 F1", string.Join(' ', _runs.OrderBy(run => run.Key, StringComparer.Ordinal).Select(run => $"{run.Key}{run.Value}")));
    }

    [Fact]
    public async Task A_failure_that_the_code_has_acted_upon_stays()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster, async context =>
        {
            string first;
            try
            {
                first = await Run(context, "A");
            }
            catch (TaskFailedException)
            {
                first = await Run(context, "Instead");
            }

            return $"{first} {await Run(context, "B")}";
        });
        _broken["A"] = _broken["B"] = true;
        var failed = await cluster.RunAsync("Flow");

        _broken.Clear();
        await cluster.Client.RewindInstanceAsync(failed.InstanceId);

        Assert.Equal("Instead B", (await cluster.EndOfAsync(failed.InstanceId)).ReadOutputAs<string>());
        Assert.Equal((1, 1, 2), (_runs["A"], _runs["Instead"], _runs["B"]));
    }

    [Fact]
    public async Task Of_retried_attempts_the_last_one_is_tried_again()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster, context => Run(context, "A", new RetryPolicy(3, TimeSpan.FromMilliseconds(1))));
        _broken["A"] = true;
        var failed = await cluster.RunAsync("Flow");
        Assert.Equal(3, _runs["A"]);

        await cluster.Client.RewindInstanceAsync(failed.InstanceId);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await cluster.EndOfAsync(failed.InstanceId)).RuntimeStatus);
        Assert.Equal(4, _runs["A"]);

        _broken.Clear();
        await cluster.Client.RewindInstanceAsync(failed.InstanceId);
        Assert.Equal("A", (await cluster.EndOfAsync(failed.InstanceId)).ReadOutputAs<string>());
        var history = await cluster.Client.GetOrchestrationHistoryAsync(failed.InstanceId);
        Assert.Equal((2, 2), (history.OfType<ExecutionRewound>().Count(), history.OfType<TaskFailed>().Count()));
    }

    [Fact]
    public async Task Code_that_threw_and_was_repaired_takes_its_last_step_again()
    {
        string id;
        await using (var before = await OpenAsync())
        {
            StartWorker(before, async context =>
            {
                var letter = await Run(context, "A");
                var heard = await context.WaitForExternalEvent<string>("E");
                _ = Run(context, "Wrong");
                throw new InvalidOperationException($"a bug after {letter} {heard}");
            });
            id = await before.Client.ScheduleNewOrchestrationInstanceAsync("Flow");
            await before.Client.RaiseEventAsync(id, "E", "e");
            Assert.Equal(OrchestrationRuntimeStatus.Failed, (await before.EndOfAsync(id)).RuntimeStatus);
        }

        await using var after = await OpenAsync(SameStore());
        StartWorker(after, async context =>
        {
            var letter = await Run(context, "A");
            var heard = await context.WaitForExternalEvent<string>("E");
            return $"{letter} {heard} {await Run(context, "Right")}";
        });
        await after.Client.RewindInstanceAsync(id);

        Assert.Equal("A e Right", (await after.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(1, _runs["A"]);
        Assert.False(_runs.ContainsKey("Wrong"));
    }

    [Fact]
    public async Task Timers_and_activities_that_were_open_at_the_failure_are_open_again()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        StartWorker(cluster, async context =>
        {
            var timer = context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            var held = Run(context, "Held");
            var letter = await Run(context, "A");
            await timer;
            return $"{letter} {await held}";
        });
        _broken["A"] = true;
        var gate = new TaskCompletionSource();
        _held = gate.Task;
        var failed = await cluster.RunAsync("Flow");
        gate.SetResult();
        await cluster.Store.SettledActivitiesAsync(failed.InstanceId, 1);

        _broken.Clear();
        await cluster.Client.RewindInstanceAsync(failed.InstanceId);
        await cluster.Store.WaitForAsync<TaskCompleted>(failed.InstanceId, times: 2);
        Assert.True((await cluster.Client.GetInstanceAsync(failed.InstanceId))!.IsRunning);
        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("A Held", (await cluster.EndOfAsync(failed.InstanceId)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Only_a_failed_instance_can_be_rewound()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster, context => Run(context, "A"));
        var completed = await cluster.RunAsync("Flow");
        var pending = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Nobody");

        await RefusedAsync(completed.InstanceId, OrchestrationRuntimeStatus.Completed);
        await RefusedAsync(pending, OrchestrationRuntimeStatus.Pending);
        await cluster.Client.SuspendInstanceAsync(pending);
        await RefusedAsync(pending, OrchestrationRuntimeStatus.Suspended);
        await cluster.Client.TerminateInstanceAsync(pending);
        await RefusedAsync(pending, OrchestrationRuntimeStatus.Terminated);
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => cluster.Client.RewindInstanceAsync("nobody"));

        async Task RefusedAsync(string id, OrchestrationRuntimeStatus status)
        {
            var thrown = await Assert.ThrowsAsync<OrchestrationStatusException>(() => cluster.Client.RewindInstanceAsync(id));
            Assert.Equal((id, status), (thrown.InstanceId, thrown.Status));
            Assert.Contains("only one that has failed can be rewound", thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_worker_gets_the_rewind_alone_and_what_came_after_it_in_the_next_step()
    {
        await using var cluster = await OpenAsync();
        StartWorker(cluster, async context => $"{await Run(context, "A")} {await context.WaitForExternalEvent<string>("E")}");
        _broken["A"] = true;
        var failed = await cluster.RunAsync("Flow");
        await cluster.StopWorkersAsync();
        await cluster.Client.RewindInstanceAsync(failed.InstanceId);
        await cluster.Client.RaiseEventAsync(failed.InstanceId, "E", "e");

        await foreach (var item in cluster.Hub.ReceiveAsync(new WorkerOffer("w", 1, 0, null, null), TestContext.Current.CancellationToken))
        {
            Assert.Equal(["OrchestratorStarted", "ExecutionRewound"], Assert.IsType<StepWorkItem>(item).New.Select(happened => happened.GetType().Name));
            Assert.IsType<ExecutionCompleted>((await ((StepWorkItem)item).Past.ReadAsync(TestContext.Current.CancellationToken))[^1]);
            await cluster.Hub.AbandonAsync(item, TestContext.Current.CancellationToken);
            break;
        }

        _broken.Clear();
        await cluster.DisposeAsync();
        await using var next = await OpenAsync(SameStore());
        StartWorker(next, async context => $"{await Run(context, "A")} {await context.WaitForExternalEvent<string>("E")}");
        Assert.Equal("A e", (await next.EndOfAsync(failed.InstanceId)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Rewind_sends_poisoned_work_back_also_if_it_never_took_a_step()
    {
        await using (var before = await OpenAsync())
        {
            var options = new StartOrchestrationOptions("poison") { Tags = new Dictionary<string, string> { ["k"] = "v" } };
            await before.Client.ScheduleNewOrchestrationInstanceAsync("Flow", "in", options);
            Assert.Single(await before.Store.ClaimStepsAsync(new Claim("dead", 1, null, DateTimeOffset.MaxValue, DateTimeOffset.MaxValue, () => "token")));
        }

        await using var after = await OpenAsync(SameStore(), options: new LocalTaskHubOptions { MaximumDeliveries = 1 });
        Assert.Equal(FailureTypes.Poisoned, (await after.EndOfAsync("poison")).FailureDetails!.ErrorType);

        StartWorker(after, context => Run(context, context.GetInput<string>()!));
        await after.Client.RewindInstanceAsync("poison");

        var end = await after.EndOfAsync("poison");
        Assert.Equal(("in", "v"), (end.ReadOutputAs<string>(), end.Tags["k"]));
    }

    private static Task<string> Run(TaskOrchestrationContext context, string name, RetryPolicy? policy = null) =>
        context.CallActivityAsync<string>("Run", name, policy is null ? null : TaskOptions.FromRetryPolicy(policy));

    private void StartWorker(Cluster cluster, Func<TaskOrchestrationContext, Task<string>> flow) => cluster.StartWorker(tasks => tasks
        .AddOrchestratorFunc("Flow", flow)
        .AddActivityFunc<string, string>("Run", async (_, name) =>
        {
            _runs.AddOrUpdate(name, 1, (_, runs) => runs + 1);
            if (name == "Held")
                await _held;
            return _broken.ContainsKey(name) ? throw new InvalidOperationException($"{name} is broken") : name;
        }));
}
