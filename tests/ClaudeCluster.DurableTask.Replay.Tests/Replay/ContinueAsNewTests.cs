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
    public void Input_version_and_trace_are_handed_on_and_events_unless_the_code_says_otherwise()
    {
        var trace = new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        var raised = new EventRaised("E", null);

        foreach (var (next, expected) in new (Action<TaskOrchestrationContext>, OrchestratorAction.ContinueAsNew)[]
        {
            (context => context.ContinueAsNew(1), new("1", [raised])),
            (context => context.ContinueAsNew(null, preserveUnprocessedEvents: false), new(null, [])),
            (context => context.ContinueAsNew(new ContinueAsNewOptions { NewInput = 2, NewVersion = "2" }), new("2", [raised]) { NewVersion = "2" }),
            (context => context.ContinueAsNew(new ContinueAsNewOptions { PreserveUnprocessedEvents = false }), new(null, [])),
            (context => context.ContinueAsNew(null!), new(null, [raised])),
        })
        {
            var replay = Replays.Of(context =>
            {
                next(context);
                return Task.FromResult<string?>("the result of an execution that begins again is nobody's");
            });

            var end = Assert.IsType<OrchestratorAction.ContinueAsNew>(Assert.Single(replay.Step([Step(0), Flow.Start with { Trace = trace }, raised]).Actions));

            Assert.Equal((expected.Input, expected.NewVersion, trace), (end.Input, end.NewVersion, end.Trace));
            Assert.Equal(expected.CarriedEvents, end.CarriedEvents);
        }
    }

    private static OrchestratorStarted Step(int minute) => new() { Timestamp = Flow.Noon.AddMinutes(minute) };

    private static HistoryEvent[] Began() => [Step(0), Flow.Start];
}
