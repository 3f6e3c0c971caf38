using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;

namespace ClaudeCluster.DurableTask.Replay.Tests.Replay;

/// <summary>The pure part of a rewind: a failed history becomes one that goes on.</summary>
public sealed class RewindingTests
{
    private static readonly OrchestratorStarted Step = new();
    private static readonly OrchestratorCompleted Waits = new();
    private static readonly ExecutionStarted Began = new("x", "Flow", string.Empty, null);
    private static readonly TaskFailureDetails Broken = new("T", "broken");
    private static readonly ExecutionCompleted Failed = new(Client.OrchestrationRuntimeStatus.Failed, null) { Failure = Broken };

    [Fact]
    public void The_failure_and_the_end_go_and_the_call_stays()
    {
        HistoryEvent[] past = [Step, Began, Called(0, "A"), Waits, Step, new TaskFailed(0, Broken), Failed];

        var history = Rewind(past, context => context.CallActivityAsync<string?>("A"));

        Assert.Equal([Step, Began, Called(0, "A"), Waits, Step, Waits], history);
    }

    [Fact]
    public void Two_failures_of_the_same_words_are_two()
    {
        HistoryEvent[] past =
        [
            Step, Began, Called(0, "A"), Called(1, "A"), Waits,
            Step, new TaskFailed(0, Broken), Waits,
            Step, new TaskFailed(1, Broken), Failed,
        ];

        var history = Rewind(past, async context =>
        {
            var (first, second) = (context.CallActivityAsync("A"), context.CallActivityAsync("A"));
            await Task.WhenAll(first, second);
            return string.Empty;
        });

        Assert.Empty(history.OfType<TaskFailed>());
    }

    [Fact]
    public void A_step_that_did_something_besides_failing_is_kept_if_the_code_still_does_it()
    {
        HistoryEvent[] past =
        [
            Step, Began, Called(0, "A"), Called(1, "B"), Waits,
            Step, new TaskCompleted(0, null), new TaskFailed(1, Broken), Called(2, "C"), Failed,
        ];

        var history = Rewind(past, async context =>
        {
            var (a, b) = (context.CallActivityAsync("A"), context.CallActivityAsync("B"));
            await a;
            var c = context.CallActivityAsync("C");
            await b;
            await c;
            return string.Empty;
        });

        Assert.Equal([.. past[..7], Called(2, "C"), Waits], history);
    }

    [Fact]
    public void A_step_in_which_the_code_itself_threw_is_left_open_without_what_it_asked_for()
    {
        HistoryEvent[] past = [Step, Began, Called(0, "A"), Waits, Step, new TaskCompleted(0, null), Called(1, "B"), Failed];

        var history = Rewind(past, async context =>
        {
            await context.CallActivityAsync("A");
            _ = context.CallActivityAsync("B");
            throw new InvalidOperationException("bug");
        });

        Assert.Equal(past[..6], history);
    }

    [Fact]
    public void A_step_whose_calls_have_other_inputs_today_is_left_open()
    {
        HistoryEvent[] past = [Step, Began, Called(0, "A"), new TimerCreated(1, DateTimeOffset.UnixEpoch), new EventSent(2, "x", "E", "1"), Failed];
        HistoryEvent[] child = [Step, Began, new SubOrchestrationCreated(0, "old-id", "C", string.Empty, null), Failed];

        foreach (var (input, fireAt, target, payload) in new[] { (1, 0, "x", 1), (0, 1, "x", 1), (0, 0, "y", 1), (0, 0, "x", 2) })
        {
            var history = Rewind(past, async context =>
            {
                var call = context.CallActivityAsync("A", input == 0 ? null : input);
                var timer = context.CreateTimer(DateTime.UnixEpoch.AddSeconds(fireAt), CancellationToken.None);
                context.SendEvent(target, "E", payload);
                await Task.WhenAll(call, timer);
                return string.Empty;
            });
            Assert.Equal([Step, Began], history);
        }

        Assert.Equal(
            [Step, Began],
            Rewind(child, context => context.CallSubOrchestratorAsync<string?>("C", null, new SubOrchestrationOptions(instanceId: "new-id"))));
        Assert.Equal(
            [.. child[..3], Waits],
            Rewind(child, context => context.CallSubOrchestratorAsync<string?>("C", null, new SubOrchestrationOptions(instanceId: "old-id"))));
    }

    [Fact]
    public void Of_a_failure_that_was_acted_upon_and_one_that_was_not_only_the_second_goes()
    {
        HistoryEvent[] past =
        [
            Step, Began, Called(0, "A"), Called(1, "B"), Waits,
            Step, new TaskFailed(0, Broken), Called(2, "Instead"), Waits,
            Step, new TaskFailed(1, Broken), Waits,
            Step, new TaskCompleted(2, null), Failed,
        ];

        var history = Rewind(past, async context =>
        {
            var (a, b) = (context.CallActivityAsync("A"), context.CallActivityAsync("B"));
            try
            {
                await a;
            }
            catch (TaskFailedException)
            {
                await context.CallActivityAsync("Instead");
            }

            await b;
            return string.Empty;
        });

        Assert.Equal([.. past[..10], Waits, Step, new TaskCompleted(2, null), Waits], history);
    }

    [Fact]
    public void A_failure_of_a_sub_orchestration_goes_as_one_of_an_activity_does()
    {
        HistoryEvent[] past = [Step, Began, new SubOrchestrationCreated(0, "x-0", "C", string.Empty, null), Waits, Step, new SubOrchestrationFailed(0, Broken), Failed];

        var history = Rewind(past, context => context.CallSubOrchestratorAsync<string?>("C"));

        Assert.Equal([.. past[..4], Step, Waits], history);
    }

    [Fact]
    public void An_end_that_the_hub_brought_about_goes_whole()
    {
        foreach (var reason in new HistoryEvent[] { new ExecutionPoisoned(Broken), new ExecutionTerminated(null) })
        {
            HistoryEvent[] past = [Step, Began, Called(0, "A"), Waits, Step, reason, Failed];

            Assert.Equal(past[..4], Rewind(past, context => context.CallActivityAsync<string?>("A")));
        }
    }

    [Fact]
    public void What_follows_an_end_is_an_attempt_that_came_to_nothing_and_goes_too()
    {
        HistoryEvent[] past = [Step, Began, Called(0, "A"), Waits, Step, new TaskFailed(0, Broken), Failed, Step, new ExecutionRewound(null), Failed];

        Assert.Equal([.. past[..4], Step, Waits], Rewind(past, context => context.CallActivityAsync<string?>("A")));
    }

    [Fact]
    public void Code_that_does_not_fit_its_past_any_more_keeps_the_failures_of_the_past()
    {
        HistoryEvent[] past =
        [
            Step, Began, Called(0, "A"), Called(1, "B"), Waits,
            Step, new TaskFailed(0, Broken), Waits,
            Step, new TaskFailed(1, Broken), Failed,
        ];

        Assert.Equal(past[..9], Rewind(past, context => context.CallActivityAsync<string?>("Other")));
    }

    [Fact]
    public void A_history_without_an_end_stays_as_it_is()
    {
        HistoryEvent[] past = [Step, Began, Called(0, "A"), Waits];

        Assert.Equal(past, Rewind(past, context => context.CallActivityAsync<string?>("A")));
    }

    [Fact]
    public void Of_two_failures_that_each_explain_what_was_done_the_later_goes()
    {
        HistoryEvent[] past =
        [
            Step, Began, Called(0, "A"), Called(1, "B"), Waits,
            Step, new TaskFailed(0, Broken), new TaskFailed(1, Broken), Called(2, "Instead"), Waits,
            Step, new TaskCompleted(2, null), Failed,
        ];

        var history = Rewind(past, async context =>
        {
            Task[] both = [context.CallActivityAsync("A"), context.CallActivityAsync("B")];
            await Task.WhenAny(both);
            if (Array.Exists(both, call => call.IsFaulted))
                await context.CallActivityAsync("Instead");
            await Task.WhenAll(both);
            return null;
        });

        Assert.Equal([.. past[..7], .. past[8..12], Waits], history);
    }

    [Fact]
    public void The_code_is_replaying_all_the_while()
    {
        var flags = new List<bool>();
        HistoryEvent[] past = [Step, Began, Called(0, "A"), Called(1, "B"), Waits, Step, new TaskCompleted(0, null), new TaskFailed(1, Broken), Failed];

        Rewind(past, async context =>
        {
            var (a, b) = (context.CallActivityAsync("A"), context.CallActivityAsync("B"));
            flags.Add(context.IsReplaying);
            await a;
            flags.Add(context.IsReplaying);
            await b;
            return null;
        });

        Assert.Equal([true, true], flags);
    }

    [Fact]
    public void The_step_that_is_kept_ends_when_it_ended()
    {
        HistoryEvent[] past = [Step, Began, Called(0, "A"), Waits, Step, new TaskFailed(0, Broken), Failed with { Timestamp = Flow.Noon }];

        Assert.Equal(Waits with { Timestamp = Flow.Noon }, Rewind(past, context => context.CallActivityAsync<string?>("A"))[^1]);
    }

    private static TaskScheduled Called(int id, string name) => new(id, name, string.Empty, null);

    private static IReadOnlyList<HistoryEvent> Rewind(HistoryEvent[] past, Code code) => Rewinding.Rewind(past, () => Replays.Of(code));
}
