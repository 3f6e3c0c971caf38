using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class TimerFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task A_timer_fires_at_its_instant_and_not_before()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<DateTime>("Waits", async context =>
        {
            await context.CreateTimer(TimeSpan.FromDays(400), CancellationToken.None);
            return context.CurrentUtcDateTime;
        }));
        var began = time.GetUtcNow();

        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await cluster.Store.WaitForAsync<TimerCreated>(id);
        time.Advance(TimeSpan.FromDays(400) - TimeSpan.FromTicks(1));
        Assert.True((await cluster.Client.GetInstanceAsync(id))!.IsRunning);
        time.Advance(TimeSpan.FromTicks(1));

        Assert.Equal(began.AddDays(400).UtcDateTime, (await cluster.EndOfAsync(id)).ReadOutputAs<DateTime>());
    }

    [Fact]
    public async Task A_timer_that_falls_due_while_the_hub_looks_for_work_is_not_missed()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Waits", async context =>
        {
            await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
            return "fired";
        }));
        var jumped = false;
        cluster.Store.AfterLook = () =>
        {
            if (jumped || cluster.Store.Count<TimerCreated>("t") == 0)
                return;
            jumped = true;
            time.Advance(TimeSpan.FromSeconds(1));
        };

        await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits", null, new StartOrchestrationOptions("t"));
        await cluster.Store.WaitForAsync<TimerCreated>("t");
        cluster.Store.Bell.Ring();

        Assert.Equal("fired", (await cluster.EndOfAsync("t")).ReadOutputAs<string>());
        Assert.True(jumped);
    }

    /// <summary>Its instance was leased when the hub looked for it, and not yet due by the clock of the commit that released it.</summary>
    [Fact]
    public async Task A_timer_that_falls_due_while_a_step_is_committed_is_not_missed()
    {
        var time = new FakeTime();
        using var looked = new ManualResetEventSlim();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Waits", async context =>
        {
            var timer = context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
            await context.WaitForExternalEvent<string>("Go");
            await timer;
            return "fired";
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await cluster.Store.WaitForAsync<TimerCreated>(id);
        cluster.Store.AfterLook = looked.Set;
        cluster.Store.BeforeCommit = batch =>
        {
            if (!batch.History.OfType<EventRaised>().Any())
                return;
            looked.Reset();
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.True(looked.Wait(Cluster.Patience));
        };

        await cluster.Client.RaiseEventAsync(id, "Go");

        Assert.Equal("fired", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_instant_in_the_past_fires_at_once()
    {
        await using var cluster = await OpenAsync(new FakeTime());
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Waits", async context =>
        {
            await context.CreateTimer(context.CurrentUtcDateTime.AddYears(-1), CancellationToken.None);
            return "fired";
        }));

        Assert.Equal("fired", (await cluster.RunAsync("Waits")).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Many_timers_of_one_instant_all_fire()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<int>("Waits", async context =>
        {
            var timers = Enumerable.Range(0, 50).Select(_ => context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None)).ToList();
            await Task.WhenAll(timers);
            return timers.Count;
        }));

        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await cluster.Store.WaitForAsync<TimerCreated>(id, times: 50);
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(50, (await cluster.EndOfAsync(id)).ReadOutputAs<int>());
    }

    [Fact]
    public async Task A_cancelled_timer_throws_and_its_real_firing_is_ignored()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Cancels", async context =>
        {
            using var cancel = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromMinutes(1), cancel.Token);
            cancel.Cancel();
            var thrown = await Record.ExceptionAsync(() => timer);
            await context.CreateTimer(TimeSpan.FromMinutes(5), CancellationToken.None);
            return thrown!.GetType().Name;
        }));

        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Cancels");
        await cluster.Store.WaitForAsync<TimerCreated>(id, times: 2);
        time.Advance(TimeSpan.FromMinutes(1));
        await cluster.Store.WaitForAsync<TimerFired>(id);
        Assert.True((await cluster.Client.GetInstanceAsync(id))!.IsRunning);
        time.Advance(TimeSpan.FromMinutes(4));

        Assert.Equal(nameof(TaskCanceledException), (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_token_cancelled_before_makes_no_timer()
    {
        await using var cluster = await OpenAsync(new FakeTime());
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<bool>("Cancels", async context =>
            await Record.ExceptionAsync(() => context.CreateTimer(TimeSpan.FromMinutes(1), new CancellationToken(true))) is TaskCanceledException));

        var end = await cluster.RunAsync("Cancels");

        Assert.True(end.ReadOutputAs<bool>());
        Assert.Empty((await cluster.Client.GetOrchestrationHistoryAsync(end.InstanceId)).OfType<TimerCreated>());
    }

    [Fact]
    public async Task An_orchestration_that_ends_with_an_open_timer_ends_at_once()
    {
        await using var cluster = await OpenAsync(new FakeTime());
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Leaves", async context =>
        {
            _ = context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
            await context.CreateTimer(TimeSpan.Zero, CancellationToken.None);
            return "left";
        }));

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await cluster.RunAsync("Leaves")).RuntimeStatus);
    }

    [Fact]
    public async Task Time_is_that_of_the_step_and_the_same_on_each_replay()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<DateTime[]>("Times", async context =>
        {
            var seen = new List<DateTime> { context.CurrentUtcDateTime, context.CurrentUtcDateTime };
            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            seen.Add(context.CurrentUtcDateTime);
            await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            seen.Add(context.CurrentUtcDateTime);
            return [.. seen];
        }));
        var began = time.GetUtcNow().UtcDateTime;

        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Times");
        for (var timer = 1; timer <= 2; timer++)
        {
            await cluster.Store.WaitForAsync<TimerCreated>(id, times: timer);
            time.Advance(TimeSpan.FromHours(1));
        }

        var seen = (await cluster.EndOfAsync(id)).ReadOutputAs<DateTime[]>()!;
        Assert.Equal([began, began, began.AddHours(1), began.AddHours(2)], seen);
    }

    [Fact]
    public async Task A_scheduled_start_waits_for_its_instant()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string>("Later", context => context.WaitForExternalEvent<string>("Word"))
            .AddOrchestratorFunc<string>("Now", _ => Task.FromResult("now")));

        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync(
            "Later", null, new StartOrchestrationOptions("later", time.GetUtcNow().AddHours(2)));
        await cluster.Client.RaiseEventAsync(id, "word", "kept");
        await cluster.RunAsync("Now");
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await cluster.Client.GetInstanceAsync(id))!.RuntimeStatus);
        time.Advance(TimeSpan.FromHours(2));

        Assert.Equal("kept", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_timer_of_ten_years_is_one_timer()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Sleeps", async context =>
        {
            await context.CreateTimer(TimeSpan.FromDays(3_652), CancellationToken.None);
            return "awake";
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Sleeps");
        await cluster.Store.WaitForAsync<TimerCreated>(id);
        time.Advance(TimeSpan.FromDays(3_651));
        Assert.True((await cluster.Client.GetInstanceAsync(id))!.IsRunning);

        time.Advance(TimeSpan.FromDays(1));

        Assert.Equal("awake", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Single((await cluster.Client.GetOrchestrationHistoryAsync(id)).OfType<TimerCreated>());
    }

    [Theory]
    [InlineData(DateTimeKind.Utc)]
    [InlineData(DateTimeKind.Unspecified)]
    [InlineData(DateTimeKind.Local)]
    public async Task An_instant_may_be_of_any_kind_and_unspecified_is_utc(DateTimeKind kind)
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Sleeps", async context =>
        {
            var instant = context.CurrentUtcDateTime.AddHours(1);
            await context.CreateTimer(kind == DateTimeKind.Local ? instant.ToLocalTime() : DateTime.SpecifyKind(instant, kind), CancellationToken.None);
            return "awake";
        }));
        var startAt = time.GetUtcNow().AddHours(1).UtcDateTime;
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync(
            "Sleeps", null, new StartOrchestrationOptions(StartAt: kind == DateTimeKind.Utc ? startAt : new DateTimeOffset(startAt).ToOffset(TimeSpan.FromHours(5))));
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await cluster.Client.GetInstanceAsync(id))!.RuntimeStatus);
        time.Advance(TimeSpan.FromMinutes(1));

        await cluster.Store.WaitForAsync<TimerCreated>(id);

        var timer = (await cluster.Client.GetOrchestrationHistoryAsync(id)).OfType<TimerCreated>().Single();
        Assert.Equal(new FakeTime().GetUtcNow().AddHours(2), timer.FireAt);
    }
}
