using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;
using ClaudeCluster.DurableTask.Transitions;

namespace ClaudeCluster.DurableTask.Replay.Tests.Replay;

/// <summary>Which event reaches which waiter.</summary>
public sealed class EventsTests
{
    [Fact]
    public void Code_of_a_suspended_instance_hears_nothing_until_it_is_resumed_and_then_everything_in_order()
    {
        var flow = Flow.Begin(async context => await context.WaitForExternalEvent<string>("E") + await context.WaitForExternalEvent<string>("E"));

        flow.Step(new ExecutionSuspended(null), new EventRaised("E", "\"a\""));
        Assert.Empty(flow.Actions);
        flow.Step(new ExecutionSuspended("again"), new EventRaised("E", "\"b\""));
        Assert.Equal(OrchestrationRuntimeStatus.Running, flow.State.Status);
        flow.Step(new ExecutionResumed(null), new ExecutionResumed("again"));

        Assert.Equal("ab", flow.Output());
    }

    [Fact]
    public void Events_before_the_wait_are_kept_and_given_in_the_order_in_which_they_came()
    {
        var flow = Flow.Begin(async context =>
        {
            await context.CallActivityAsync("A");
            return await context.WaitForExternalEvent<string>("E") + await context.WaitForExternalEvent<string>("E") + await context.WaitForExternalEvent<string>("F");
        });
        flow.Step(Raised("E", "1"), Raised("F", "2"), Raised("E", "3"));

        flow.Step(new TaskCompleted(0, null));

        Assert.Equal("132", flow.Output());
    }

    [Fact]
    public void Names_ignore_case_for_who_waits_already_and_for_who_comes_later()
    {
        var flow = Flow.Begin(async context =>
            await context.WaitForExternalEvent<string>("GO") + await context.WaitForExternalEvent<string>("go"));

        flow.Step(Raised("Go", "1"), Raised("gO", "2"));

        Assert.Equal("12", flow.Output());
    }

    [Fact]
    public void A_name_that_nobody_waits_for_wakes_nobody()
    {
        var flow = Flow.Begin(context => context.WaitForExternalEvent<string?>("E"));

        flow.Step(Raised("Other", "1"));

        Assert.True(flow.State.IsOpen);
        flow.Step(Raised("E", "2"));
        Assert.Equal("2", flow.Output());
    }

    [Fact]
    public void Of_several_waiters_for_one_name_the_newest_is_served_first()
    {
        var flow = Flow.Begin(async context =>
        {
            var (first, other, second) = (context.WaitForExternalEvent<string>("E"), context.WaitForExternalEvent<string>("F"), context.WaitForExternalEvent<string>("E"));
            return $"{await second}{await first}{await other}";
        });

        flow.Step(Raised("E", "1"));
        flow.Step(Raised("E", "2"), Raised("F", "3"));

        Assert.Equal("123", flow.Output());
    }

    [Fact]
    public void A_cancelled_waiter_takes_no_event()
    {
        var flow = Flow.Begin(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var given_up = context.WaitForExternalEvent<string>("E", cancellation.Token);
            await context.CallActivityAsync("A");
            cancellation.Cancel();
            var thrown = await Record.ExceptionAsync(() => given_up);
            return $"{thrown!.GetType().Name} {await context.WaitForExternalEvent<string>("E")}";
        });

        flow.Step(new TaskCompleted(0, null));
        flow.Step(Raised("E", "1"));

        Assert.Equal("TaskCanceledException 1", flow.Output());
    }

    [Fact]
    public void A_wait_with_a_token_cancelled_before_leaves_the_event_for_the_next()
    {
        var flow = Flow.Begin(async context =>
        {
            await context.CallActivityAsync("A");
            var thrown = await Record.ExceptionAsync(() => context.WaitForExternalEvent<string>("E", new CancellationToken(canceled: true)));
            return $"{thrown!.GetType().Name} {await context.WaitForExternalEvent<string>("E")}";
        });

        flow.Step(Raised("E", "1"), new TaskCompleted(0, null));

        Assert.Equal("TaskCanceledException 1", flow.Output());
    }

    [Fact]
    public void Cancelling_after_the_event_came_changes_nothing()
    {
        var flow = Flow.Begin(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var came = context.WaitForExternalEvent<string>("E", cancellation.Token);
            await context.CallActivityAsync("A");
            cancellation.Cancel();
            return await came;
        });

        flow.Step(Raised("E", "1"));
        flow.Step(new TaskCompleted(0, null));

        Assert.Equal("1", flow.Output());
    }

    [Fact]
    public void A_wait_that_times_out_does_not_eat_the_next_event()
    {
        var flow = Flow.Begin(async context =>
        {
            var thrown = await Record.ExceptionAsync(() => context.WaitForExternalEvent<string>("E", TimeSpan.FromMinutes(5)));
            return $"{thrown!.GetType().Name} {await context.WaitForExternalEvent<string>("E")}";
        });

        Assert.Equal([new OrchestratorAction.CreateTimer(0, Flow.Noon.AddMinutes(5))], flow.Actions);
        flow.Wait(TimeSpan.FromMinutes(5)).Step(new TimerFired(0, flow.Now));
        flow.Step(Raised("E", "1"));

        Assert.Equal("TaskCanceledException 1", flow.Output());
    }

    [Fact]
    public void An_event_in_time_wins_over_the_time_out()
    {
        var flow = Flow.Begin(async context => await context.WaitForExternalEvent<string>("E", TimeSpan.FromMinutes(5)));

        flow.Step(Raised("E", "1"));

        Assert.Equal("1", flow.Output());
    }

    [Fact]
    public void An_event_without_a_name_cannot_be_waited_for_or_sent()
    {
        Func<TaskOrchestrationContext, Task>[] uses =
        [
            context => context.WaitForExternalEvent<string>(string.Empty),
            context => Sending(context, "other", string.Empty),
            context => Sending(context, string.Empty, "E"),
        ];

        foreach (var use in uses)
        {
            var flow = Flow.Begin(async context =>
            {
                await use(context);
                return null;
            });
            Assert.Equal("System.ArgumentException", flow.Failure().ErrorType);
            Assert.Empty(flow.Last.Messages);
        }

        static Task Sending(TaskOrchestrationContext context, string instanceId, string name)
        {
            context.SendEvent(instanceId, name, 1);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public void An_event_sent_is_recorded_and_is_a_message_to_any_execution_of_the_receiver()
    {
        var flow = Flow.Begin(context =>
        {
            context.SendEvent("other", "E", new[] { 1, 2 });
            return Task.FromResult<string?>(null);
        });

        Assert.Equal(new EventSent(0, "other", "E", "[1,2]") { Timestamp = Flow.Noon }, Assert.Single(flow.History.OfType<EventSent>()));
        Assert.Equal(
            new InboxMessage("other", null, new EventRaised("E", "[1,2]") { Timestamp = Flow.Noon }, Flow.Noon),
            Assert.Single(flow.Last.Messages));
    }

    private static EventRaised Raised(string name, string value) => new(name, $"\"{value}\"");
}
