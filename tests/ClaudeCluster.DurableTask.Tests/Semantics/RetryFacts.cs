using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class RetryFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task Delays_grow_by_the_coefficient_up_to_the_maximum()
    {
        var time = new FakeTime();
        var tries = new List<DateTimeOffset>();
        var policy = new RetryPolicy(5, TimeSpan.FromSeconds(10), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromSeconds(30));
        await using var cluster = await OpenAsync(time);
        StartFailing(cluster, policy, () => tries.Add(time.GetUtcNow()));

        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Retries");
        foreach (var (delay, timer) in new[] { 10, 20, 30, 30 }.Select((delay, index) => (delay, index + 1)))
        {
            await cluster.Store.WaitForAsync<TimerCreated>(id, times: timer);
            time.Advance(TimeSpan.FromSeconds(delay));
        }

        var end = await cluster.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal([10, 20, 30, 30], tries.Zip(tries.Skip(1), (first, second) => (int)(second - first).TotalSeconds));
    }

    [Fact]
    public async Task Each_attempt_has_a_task_id_of_its_own()
    {
        await using var cluster = await OpenAsync();
        StartFailing(cluster, new RetryPolicy(3, TimeSpan.Zero), () => { });

        var end = await cluster.RunAsync("Retries");

        var history = await cluster.Client.GetOrchestrationHistoryAsync(end.InstanceId);
        Assert.Equal([0, 2, 4], history.OfType<TaskScheduled>().Select(scheduled => scheduled.TaskId));
    }

    [Fact]
    public async Task Success_after_failures_is_success()
    {
        var tries = 0;
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<int>("Retries", context => context.CallActivityAsync<int>("Try", null, TaskOptions.FromRetryPolicy(new(5, TimeSpan.Zero))))
            .AddActivityFunc<object?, int>("Try", (_, _) => ++tries < 3 ? throw new TimeoutException() : tries));

        Assert.Equal(3, (await cluster.RunAsync("Retries")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task The_time_out_of_a_policy_ends_its_attempts()
    {
        var time = new FakeTime();
        var tries = 0;
        await using var cluster = await OpenAsync(time);
        StartFailing(cluster, new RetryPolicy(100, TimeSpan.FromMinutes(1), retryTimeout: TimeSpan.FromSeconds(150)), () => tries++);

        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Retries");
        for (var timer = 1; timer <= 2; timer++)
        {
            await cluster.Store.WaitForAsync<TimerCreated>(id, times: timer);
            time.Advance(TimeSpan.FromMinutes(1));
        }

        await cluster.EndOfAsync(id);
        Assert.Equal(3, tries);
    }

    [Fact]
    public async Task HandleFailure_says_which_failures_are_worth_another_attempt()
    {
        var tries = 0;
        await using var cluster = await OpenAsync();
        StartFailing(cluster, new RetryPolicy(5, TimeSpan.Zero) { HandleFailure = failure => !failure.IsCausedBy<TimeoutException>() }, () => tries++);

        await cluster.RunAsync("Retries");

        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task A_handler_decides_with_the_number_of_the_attempt()
    {
        var tries = 0;
        await using var cluster = await OpenAsync();
        StartFailing(cluster, new RetryHandler(retry => retry.LastAttemptNumber < 4 && retry.LastFailure.IsCausedBy<TimeoutException>()), () => tries++);

        await cluster.RunAsync("Retries");

        Assert.Equal(4, tries);
    }

    [Fact]
    public async Task An_asynchronous_handler_may_wait_by_durable_timer()
    {
        var time = new FakeTime();
        var tries = 0;
        await using var cluster = await OpenAsync(time);
        AsyncRetryHandler handler = async retry =>
        {
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return retry.TotalRetryTime < TimeSpan.FromMinutes(90);
        };
        StartFailing(cluster, handler, () => tries++);

        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Retries");
        for (var timer = 1; timer <= 3; timer++)
        {
            await cluster.Store.WaitForAsync<TimerCreated>(id, times: timer);
            time.Advance(TimeSpan.FromHours(1));
        }

        await cluster.EndOfAsync(id);
        Assert.Equal(3, tries);
    }

    [Fact]
    public async Task A_handler_that_throws_fails_the_task()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Retries", async context =>
            {
                try
                {
                    return await context.CallActivityAsync<string>("Try", null, new TaskOptions(new RetryHandler(_ => throw new FormatException("bad handler"))));
                }
                catch (FormatException e)
                {
                    return e.Message;
                }
            })
            .AddActivityFunc<object?, string>("Try", string (_, _) => throw new TimeoutException()));

        Assert.Equal("bad handler", (await cluster.RunAsync("Retries")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_sub_orchestration_is_retried_also_under_one_id()
    {
        var tries = 0;
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Parent", context => context.CallSubOrchestratorAsync<string>(
                "Child", null, new SubOrchestrationOptions(new RetryPolicy(3, TimeSpan.Zero), "the-child")))
            .AddOrchestratorFunc<string>("Child", context => context.CallActivityAsync<string>("Try"))
            .AddActivityFunc<object?, string>("Try", (_, _) => ++tries < 3 ? throw new TimeoutException() : "third"));

        Assert.Equal("third", (await cluster.RunAsync("Parent")).ReadOutputAs<string>());
    }

    [Fact]
    public void A_delay_of_nothing_stays_nothing_however_often_it_grows()
    {
        Assert.Equal(TimeSpan.Zero, Retrying.Delay(new RetryPolicy(2_000, TimeSpan.Zero, backoffCoefficient: 2), 1_500));
        Assert.Equal(TimeSpan.FromHours(1), Retrying.Delay(new RetryPolicy(2_000, TimeSpan.FromTicks(1), backoffCoefficient: 2), 1_500));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(2, TimeSpan.Zero, maxRetryInterval: TimeSpan.FromTicks(-1)));
    }

    private static void StartFailing(Cluster cluster, TaskRetryOptions retry, Action tried) => cluster.StartWorker(tasks => tasks
        .AddOrchestratorFunc<string>("Retries", context => context.CallActivityAsync<string>("Try", null, new TaskOptions(retry)))
        .AddActivityFunc<object?, string>("Try", string (_, _) =>
        {
            tried();
            throw new TimeoutException("still not");
        }));

    [Fact]
    public async Task A_filter_that_throws_fails_the_task_and_not_the_engine()
    {
        await using var cluster = await OpenAsync();
        var policy = new RetryPolicy(3, TimeSpan.Zero) { HandleFailure = _ => throw new InvalidTimeZoneException("the filter") };
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Fails", TaskOptions.FromRetryPolicy(policy)))
            .AddActivityFunc<object?, string>("Fails", string (_, _) => throw new InvalidOperationException("no")));

        Assert.True((await cluster.RunAsync("Flow")).FailureDetails!.IsCausedBy<InvalidTimeZoneException>());
    }

    [Fact]
    public async Task A_failure_that_is_for_ever_is_not_tried_again_by_policy_or_handler()
    {
        var asked = 0;
        await using var cluster = await OpenAsync();
        cluster.WorkerOptions = cluster.WorkerOptions with { TakesAnyName = true };
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<bool, string>("Flow", (context, handler) => context.CallActivityAsync<string>("Unknown", handler
            ? TaskOptions.FromRetryHandler(_ => ++asked < 3)
            : TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.Zero)))));

        foreach (var handler in new[] { false, true })
        {
            var end = await cluster.RunAsync("Flow", handler);
            Assert.Single((await cluster.Client.GetOrchestrationHistoryAsync(end.InstanceId)).OfType<TaskScheduled>());
        }

        Assert.Equal(0, asked);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0.5)]
    [InlineData(double.NegativeInfinity)]
    public void A_coefficient_that_is_no_growth_is_refused(double coefficient) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy(3, TimeSpan.FromSeconds(1), coefficient));

    [Fact]
    public async Task An_infinite_coefficient_waits_the_maximum()
    {
        await using var cluster = await OpenAsync();
        var policy = new RetryPolicy(3, TimeSpan.FromMilliseconds(1), double.PositiveInfinity, TimeSpan.FromMilliseconds(5));
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Flow", context => context.CallActivityAsync<string>("Fails", TaskOptions.FromRetryPolicy(policy)))
            .AddActivityFunc<object?, string>("Fails", string (_, _) => throw new InvalidOperationException("no")));

        var end = await cluster.RunAsync("Flow");

        Assert.Equal(2, (await cluster.Client.GetOrchestrationHistoryAsync(end.InstanceId)).OfType<TimerFired>().Count());
    }
}
