using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.DurableTask.Tests.Semantics;

public abstract class EventFacts(StoreKind kind) : HubFacts(kind)
{
    [Fact]
    public async Task Events_before_the_wait_are_kept_in_order()
    {
        await using var cluster = await OpenAsync();
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Collect");
        for (var i = 0; i < 10; i++)
            await cluster.Client.RaiseEventAsync(id, "Number", i);
        StartCollecting(cluster, 10);

        Assert.Equal(Enumerable.Range(0, 10), (await cluster.EndOfAsync(id)).ReadOutputAs<int[]>());
    }

    [Fact]
    public async Task Events_during_the_wait_arrive_in_order_even_if_the_clock_is_set_back()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        StartCollecting(cluster, 4);
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Collect");
        for (var i = 0; i < 4; i++)
        {
            await cluster.Client.RaiseEventAsync(id, "Number", i);
            time.SetBack(TimeSpan.FromMinutes(1));
        }

        var seen = (await cluster.EndOfAsync(id)).ReadOutputAs<int[]>()!;
        Assert.Equal([0, 1, 2, 3], seen);
    }

    /// <summary>A new hub knows nothing of the clock before: what came through it overtook what waited already.</summary>
    [Fact]
    public async Task Events_arrive_in_order_even_if_hub_and_clock_are_set_back_between_them()
    {
        var time = new FakeTime();
        var cluster = await OpenAsync(time);
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Collect");
        for (var i = 0; i < 4; i++)
        {
            await cluster.Client.RaiseEventAsync(id, "Number", i);
            await cluster.DisposeAsync();
            time.SetBack(TimeSpan.FromMinutes(1));
            cluster = await OpenAsync(SameStore(), time);
        }

        StartCollecting(cluster, 4);
        var seen = (await cluster.EndOfAsync(id)).ReadOutputAs<int[]>()!;
        Assert.Equal([0, 1, 2, 3], seen);
        await cluster.DisposeAsync();
    }

    [Theory]
    [InlineData("APPROVAL_I")]
    [InlineData("approval_i")]
    public async Task Event_names_ignore_case(string name)
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Waits", context => context.WaitForExternalEvent<string>("Approval_I")));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await cluster.Client.RaiseEventAsync(id, name, "yes");

        Assert.Equal("yes", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Of_several_waiters_for_one_name_the_newest_is_served_first()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string[]>("Waits", async context =>
        {
            var first = context.WaitForExternalEvent<string>("E");
            var second = context.WaitForExternalEvent<string>("E");
            context.SetCustomStatus("waiting");
            return await Task.WhenAll(first, second);
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await cluster.Store.WaitForAsync<OrchestratorCompleted>(id);
        await cluster.Client.RaiseEventAsync(id, "E", "a");
        await cluster.Client.RaiseEventAsync(id, "E", "b");

        var seen = (await cluster.EndOfAsync(id)).ReadOutputAs<string[]>()!;
        Assert.Equal(["b", "a"], seen);
    }

    [Fact]
    public async Task A_cancelled_waiter_takes_no_event()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Waits", async context =>
        {
            var patient = context.WaitForExternalEvent<string>("E");
            using var cancel = new CancellationTokenSource();
            var impatient = context.WaitForExternalEvent<string>("E", cancel.Token);
            cancel.Cancel();
            Assert.IsType<TaskCanceledException>(await Record.ExceptionAsync(() => impatient));
            return await patient;
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await cluster.Store.WaitForAsync<OrchestratorCompleted>(id);
        await cluster.Client.RaiseEventAsync(id, "E", "for the patient");

        Assert.Equal("for the patient", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task A_wait_that_times_out_does_not_eat_the_next_event()
    {
        var time = new FakeTime();
        await using var cluster = await OpenAsync(time);
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Waits", async context =>
        {
            Assert.IsType<TaskCanceledException>(
                await Record.ExceptionAsync(() => context.WaitForExternalEvent<string>("E", TimeSpan.FromMinutes(1))));
            context.SetCustomStatus("timed out");
            return await context.WaitForExternalEvent<string>("E", TimeSpan.FromMinutes(1));
        }));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Waits");
        await cluster.Store.WaitForAsync<TimerCreated>(id);
        time.Advance(TimeSpan.FromMinutes(1));
        await cluster.Store.WaitForAsync<TimerCreated>(id, times: 2);
        await cluster.Client.RaiseEventAsync(id, "E", "in time");

        Assert.Equal("in time", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_event_for_nobody_is_an_error_that_names_the_id()
    {
        await using var cluster = await OpenAsync();

        var thrown = await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => cluster.Client.RaiseEventAsync("no-such-one", "E"));

        Assert.Contains("'no-such-one'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_for_an_ended_orchestration_is_dropped()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Ends", _ => Task.FromResult("done")));
        var end = await cluster.RunAsync("Ends");
        var before = await cluster.Client.GetOrchestrationHistoryAsync(end.InstanceId);

        await cluster.Client.RaiseEventAsync(end.InstanceId, "E", 1);

        Assert.Equal(before, await cluster.Client.GetOrchestrationHistoryAsync(end.InstanceId));
    }

    [Fact]
    public async Task Orchestrations_send_events_to_each_other()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks
            .AddOrchestratorFunc<string, string>("Ask", async (context, other) =>
            {
                context.SendEvent(other, "Question", new[] { context.InstanceId, "how are you" });
                context.SendEvent("nobody", "Question", "lost without harm");
                return await context.WaitForExternalEvent<string>("Answer");
            })
            .AddOrchestratorFunc<string>("Answer", async context =>
            {
                var question = await context.WaitForExternalEvent<string[]>("Question");
                context.SendEvent(question[0], "Answer", $"you ask {question[1]}");
                return "answered";
            }));
        var answering = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Answer");

        Assert.Equal("you ask how are you", (await cluster.RunAsync("Ask", answering)).ReadOutputAs<string>());
        Assert.Equal("answered", (await cluster.EndOfAsync(answering)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task More_events_than_one_step_takes_all_arrive()
    {
        const int Many = 2_500;
        await using var cluster = await OpenAsync();
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("Collect");
        for (var i = 0; i < Many; i++)
            await cluster.Client.RaiseEventAsync(id, "Number", i);
        StartCollecting(cluster, Many);

        Assert.Equal(Enumerable.Range(0, Many), (await cluster.EndOfAsync(id)).ReadOutputAs<int[]>());
    }

    private static void StartCollecting(Cluster cluster, int count) => cluster.StartWorker(tasks => tasks
        .AddOrchestratorFunc<List<int>>("Collect", async context =>
        {
            var numbers = new List<int>();
            while (numbers.Count < count)
                numbers.Add(await context.WaitForExternalEvent<int>("number"));
            return numbers;
        }));

    [Fact]
    public async Task Event_names_ignore_case_by_letter_and_not_by_culture_so_a_Turkish_dotless_i_is_another_letter()
    {
        await using var cluster = await OpenAsync();
        cluster.StartWorker(tasks => tasks.AddOrchestratorFunc<string>("Waits", context => context.WaitForExternalEvent<string>("TITLE")));
        var id = await cluster.Client.ScheduleNewOrchestrationInstanceAsync("WAITS");

        await cluster.Client.RaiseEventAsync(id, "t\u0131tle", "dotless");
        await cluster.Client.RaiseEventAsync(id, "T\u0130TLE", "dotted");
        await cluster.Client.RaiseEventAsync(id, "title", "heard");

        Assert.Equal("heard", (await cluster.EndOfAsync(id)).ReadOutputAs<string>());
    }
}
