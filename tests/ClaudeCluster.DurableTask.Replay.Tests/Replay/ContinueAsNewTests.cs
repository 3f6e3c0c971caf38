using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;

namespace ClaudeCluster.DurableTask.Replay.Tests.Replay;

/// <summary>What goes along when the code begins again.</summary>
public sealed class ContinueAsNewTests
{
    [Fact]
    public void Continue_as_new_carries_what_nobody_claimed_with_its_own_time()
    {
        var replay = Replays.Of(async context =>
        {
            await context.WaitForExternalEvent<string>("B");
            context.ContinueAsNew("next");
            return string.Empty;
        });
        HistoryEvent[] raised = [new EventRaised("A", "1") { Timestamp = Flow.Noon }, new EventRaised("b", "\"2\""), new EventRaised("C", "3") { Timestamp = Flow.Noon.AddHours(1) }];

        var end = Assert.IsType<OrchestratorAction.ContinueAsNew>(Assert.Single(replay.Step([.. Began(), .. raised]).Actions));

        Assert.Equal("\"next\"", end.Input);
        Assert.Equal([raised[0], raised[2]], end.CarriedEvents);
    }

    [Fact]
    public void An_event_after_continue_as_new_goes_along_though_the_old_code_left_somebody_waiting()
    {
        var replay = Replays.Of(async context =>
        {
            _ = context.WaitForExternalEvent<string>("E");
            await context.CallActivityAsync("A");
            context.ContinueAsNew();
            return string.Empty;
        });
        var late = new EventRaised("E", "1") { Timestamp = Flow.Noon };

        var actions = replay.Step([.. Began(), new TaskCompleted(0, null), late]).Actions;

        Assert.Equal([late], Assert.IsType<OrchestratorAction.ContinueAsNew>(actions[^1]).CarriedEvents);
    }

    [Fact]
    public void Continue_as_new_hands_on_input_version_and_trace_and_drops_events_if_told_to()
    {
        var trace = new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        HistoryEvent[] received = [Step(0), new ExecutionStarted("execution", "Flow", "1", null) { Trace = trace }, new EventRaised("E", null)];

        foreach (var (next, expected) in new (Action<TaskOrchestrationContext>, OrchestratorAction.ContinueAsNew)[]
        {
            (context => context.ContinueAsNew(1), new("1", []) { Trace = trace }),
            (context => context.ContinueAsNew(null, preserveUnprocessedEvents: false), new(null, []) { Trace = trace }),
            (context => context.ContinueAsNew(new ContinueAsNewOptions { NewInput = 2, NewVersion = "2", PreserveUnprocessedEvents = false }), new("2", []) { NewVersion = "2", Trace = trace }),
            (context => context.ContinueAsNew(null!), new(null, []) { Trace = trace }),
        })
        {
            var replay = Replays.Of(context =>
            {
                next(context);
                return Task.FromResult<string?>("the result of an execution that begins again is nobody's");
            });

            var end = Assert.IsType<OrchestratorAction.ContinueAsNew>(Assert.Single(replay.Step(received).Actions));

            Assert.Equal(expected, end with { CarriedEvents = expected.CarriedEvents });
        }
    }

    [Fact]
    public void Carried_events_are_none_if_the_code_says_so_and_all_without_a_word()
    {
        foreach (var (keeps, carried) in new[] { (true, 1), (false, 0) })
        {
            var replay = Replays.Of(context =>
            {
                context.ContinueAsNew(null, keeps);
                return Task.FromResult<string?>(string.Empty);
            });

            var end = Assert.IsType<OrchestratorAction.ContinueAsNew>(Assert.Single(replay.Step([.. Began(), new EventRaised("E", null)]).Actions));

            Assert.Equal(carried, end.CarriedEvents.Count);
        }
    }

    private static OrchestratorStarted Step(int minute) => new() { Timestamp = Flow.Noon.AddMinutes(minute) };

    private static HistoryEvent[] Began() => [Step(0), Flow.Start];
}
