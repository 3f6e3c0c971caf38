using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;

namespace ClaudeCluster.DurableTask.Replay.Tests.Replay;

/// <summary>How often, how long after one another, and until when a task is tried again.</summary>
public sealed class RetryingTests
{
    private static readonly TaskFailureDetails Broken = new("System.TimeoutException", "broken");
    private static readonly TaskFailureDetails ForEver = Broken with { IsNonRetriable = true };

    [Fact]
    public void Delays_grow_by_the_coefficient_up_to_the_maximum()
    {
        var policy = new RetryPolicy(6, TimeSpan.FromSeconds(10), backoffCoefficient: 2, maxRetryInterval: TimeSpan.FromSeconds(40));
        var flow = Flow.Begin(Trying(policy));

        Assert.Equal([10, 20, 40, 40, 40], DelaysOf(flow).Select(delay => (int)delay.TotalSeconds));
        Assert.True(flow.Failure().IsCausedBy<TimeoutException>());
    }

    [Fact]
    public void Each_attempt_is_a_task_of_its_own_with_the_same_input_and_each_delay_a_timer()
    {
        var flow = Flow.Begin(context => context.CallActivityAsync<string?>("Try", "in", TaskOptions.FromRetryPolicy(new(2, TimeSpan.FromSeconds(1)))));

        flow.Step(new TaskFailed(0, Broken));
        flow.Step(new TimerFired(1, flow.Now));

        Assert.Equal(
            [new TaskScheduled(0, "Try", string.Empty, "\"in\"") { Timestamp = Flow.Noon }, new TaskScheduled(2, "Try", string.Empty, "\"in\"") { Timestamp = Flow.Noon.AddMinutes(2) }],
            flow.History.OfType<TaskScheduled>());
    }

    [Fact]
    public void The_first_success_is_the_result()
    {
        var flow = Flow.Begin(Trying(new RetryPolicy(5, TimeSpan.FromSeconds(1))));

        flow.Step(new TaskFailed(0, Broken));
        flow.Step(new TimerFired(1, flow.Now));
        flow.Step(new TaskCompleted(2, "\"second\""));

        Assert.Equal("second", flow.Output());
    }

    [Fact]
    public void A_policy_of_one_attempt_tries_once()
    {
        var flow = Flow.Begin(Trying(new RetryPolicy(1, TimeSpan.FromSeconds(1))));

        Assert.Empty(DelaysOf(flow));
    }

    [Theory]
    [InlineData(119, 1)]
    [InlineData(120, 2)]
    [InlineData(179, 2)]
    public void No_attempt_begins_later_than_the_time_out_after_the_first(int timeoutSeconds, int delays)
    {
        var policy = new RetryPolicy(100, TimeSpan.FromMinutes(1), retryTimeout: TimeSpan.FromSeconds(timeoutSeconds));

        var flow = Flow.Begin(Trying(policy));

        Assert.Equal(delays, DelaysOf(flow, takes: TimeSpan.Zero).Count);
        flow.Failure();
    }

    [Fact]
    public void The_time_out_counts_how_long_the_attempts_took_as_well()
    {
        var policy = new RetryPolicy(100, TimeSpan.FromMinutes(1), retryTimeout: TimeSpan.FromMinutes(10));

        Assert.Equal(2, DelaysOf(Flow.Begin(Trying(policy)), takes: TimeSpan.FromMinutes(4)).Count);
    }

    [Fact]
    public void HandleFailure_says_which_failures_are_worth_another_attempt()
    {
        var policy = new RetryPolicy(5, TimeSpan.FromSeconds(1)) { HandleFailure = failure => failure.ErrorMessage != "broken" };

        Assert.Empty(DelaysOf(Flow.Begin(Trying(policy))));
    }

    [Fact]
    public void A_filter_is_not_asked_about_the_last_attempt()
    {
        var asked = 0;
        var policy = new RetryPolicy(2, TimeSpan.FromSeconds(1))
        {
            HandleFailure = _ =>
            {
                asked++;
                return true;
            },
        };
        var replay = Replays.Of(Trying(policy));

        replay.Step([new OrchestratorStarted(), Flow.Start, new TaskFailed(0, Broken), new TimerFired(1, Flow.Noon), new TaskFailed(2, Broken)]);

        Assert.Equal(1, asked);
    }

    [Fact]
    public void A_handler_is_told_the_attempt_the_failure_and_the_time()
    {
        var told = new List<(int Attempt, string Failure, TimeSpan Time, bool CanBeCanceled)>();
        RetryHandler handler = retry =>
        {
            told.Add((retry.LastAttemptNumber, retry.LastFailure.ErrorMessage, retry.TotalRetryTime, retry.CancellationToken.CanBeCanceled));
            return retry.LastAttemptNumber < 2;
        };
        var replay = Replays.Of(Trying(handler));

        replay.Step([new OrchestratorStarted { Timestamp = Flow.Noon }, Flow.Start]);
        replay.Step([new OrchestratorStarted { Timestamp = Flow.Noon.AddHours(1) }, new TaskFailed(0, Broken)]);
        var end = replay.Step([new OrchestratorStarted { Timestamp = Flow.Noon.AddHours(3) }, new TaskFailed(1, Broken with { ErrorMessage = "again" })]);

        Assert.Equal([(1, "broken", TimeSpan.FromHours(1), false), (2, "again", TimeSpan.FromHours(3), false)], told);
        Assert.IsType<OrchestratorAction.Fail>(Assert.Single(end.Actions));
    }

    [Fact]
    public void A_handler_may_wait_by_durable_timer_and_nothing_else_is_waited_for()
    {
        AsyncRetryHandler handler = async retry =>
        {
            await retry.OrchestrationContext.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
            return retry.LastAttemptNumber < 2;
        };
        var flow = Flow.Begin(Trying(handler));

        Assert.Equal([60, 60], DelaysOf(flow).Select(delay => (int)delay.TotalMinutes));
        Assert.Equal("broken", flow.Failure().InnerFailure!.ErrorMessage);
    }

    [Fact]
    public void A_handler_that_throws_fails_the_task()
    {
        var flow = Flow.Begin(Trying(new RetryHandler(_ => throw new FormatException("bad handler"))));

        flow.Step(new TaskFailed(0, Broken));

        Assert.Equal("bad handler", flow.Failure().ErrorMessage);
    }

    [Fact]
    public void A_failure_that_is_for_ever_is_not_tried_again_by_policy_or_handler()
    {
        foreach (TaskRetryOptions retry in new TaskRetryOptions[] { new RetryPolicy(3, TimeSpan.Zero), new RetryHandler(_ => true) })
        {
            var flow = Flow.Begin(Trying(retry));

            flow.Step(new TaskFailed(0, ForEver));

            Assert.Equal("broken", flow.Failure().InnerFailure!.ErrorMessage);
        }
    }

    [Fact]
    public void A_sub_orchestration_is_retried_under_the_id_it_was_given_or_else_under_a_new_one()
    {
        var named = Flow.Begin(context => context.CallSubOrchestratorAsync<string?>("Child", null, new SubOrchestrationOptions(new RetryPolicy(2, TimeSpan.Zero), "the-child")));
        var unnamed = Flow.Begin(context => context.CallSubOrchestratorAsync<string?>("Child", null, TaskOptions.FromRetryPolicy(new(2, TimeSpan.Zero))));

        foreach (var (flow, ids) in new[] { (named, new[] { "the-child", "the-child" }), (unnamed, ["execution-0", "execution-2"]) })
        {
            flow.Step(new SubOrchestrationFailed(0, Broken));
            flow.Step(new TimerFired(1, flow.Now));
            Assert.Equal(ids, flow.History.OfType<SubOrchestrationCreated>().Select(created => created.InstanceId));
        }
    }

    [Fact]
    public void A_delay_of_nothing_stays_nothing_however_often_it_grows()
    {
        Assert.Equal(TimeSpan.Zero, Retrying.Delay(new RetryPolicy(2_000, TimeSpan.Zero, backoffCoefficient: 2), 1_500));
        Assert.Equal(TimeSpan.FromHours(1), Retrying.Delay(new RetryPolicy(2_000, TimeSpan.FromTicks(1), backoffCoefficient: 2), 1_500));
    }

    private static Code Trying(TaskRetryOptions retry) => context => context.CallActivityAsync<string?>("Try", null, new TaskOptions(retry));

    /// <summary>Lets every attempt fail; how long the code waits between them.</summary>
    private static List<TimeSpan> DelaysOf(Flow flow, TimeSpan? takes = null)
    {
        var delays = new List<TimeSpan>();
        while (flow.State.IsOpen)
        {
            Assert.True(delays.Count < 100, "It never gives up.");
            var call = flow.Last.Activities.Single();
            flow.Wait(takes ?? TimeSpan.FromMinutes(1));
            var failedAt = flow.Now;
            flow.Step(new TaskFailed(call.TaskId, Broken));
            if (flow.Last.Messages.SingleOrDefault() is not { Event: TimerFired timer })
                return delays;
            delays.Add(timer.FireAt - failedAt);
            flow.Wait(timer.FireAt - failedAt).Step(timer);
        }

        return delays;
    }
}
