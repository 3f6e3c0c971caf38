using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;

namespace ClaudeCluster.DurableTask.Replay.Tests.Replay;

/// <summary>The past is run over and compared, except where its end is not the code's doing.</summary>
public sealed class PastTests
{
    private static readonly TaskFailureDetails Broken = new("T", "broken");

    [Theory]
    [InlineData(FailureTypes.NonDeterministic)]
    [InlineData(FailureTypes.NotDurable)]
    [InlineData(FailureTypes.NotReplayable)]
    [InlineData(FailureTypes.TaskNotFound)]
    [InlineData(FailureTypes.VersionMismatch)]
    [InlineData(FailureTypes.TooLarge)]
    public void An_end_that_is_not_the_code_s_doing_is_not_compared(string type)
    {
        Assert.Null(CallsA().Replay([.. Began(), FailedBy(type)]));
        Assert.NotNull(CallsA().Replay([.. Began(), FailedBy("System.Exception")]));
    }

    [Fact]
    public void Nothing_is_compared_after_the_hub_ended_the_execution()
    {
        HistoryEvent[] ends = [new ExecutionTerminated(null), new ExecutionPoisoned(Broken)];
        foreach (var end in ends)
        {
            HistoryEvent[] past = [.. Began(), new TaskScheduled(0, "A", string.Empty, null), new OrchestratorCompleted(), Step(1), end, FailedBy("T")];
            Assert.Null(CallsA().Replay(past));
            Assert.Null(CallsA().Replay([.. past, Step(2), new TaskScheduled(5, "Other", string.Empty, null)]));
        }

        Assert.NotNull(CallsA().Replay([.. Began(), new OrchestratorCompleted(), Step(1), new ExecutionTerminated(null)]));
    }

    [Fact]
    public void A_past_that_differs_is_told_with_its_step_and_the_custom_status_kept()
    {
        var replay = Replays.Of(async context =>
        {
            context.SetCustomStatus("half");
            await context.CallActivityAsync("A");
            await context.CallActivityAsync("C");
            return string.Empty;
        });
        HistoryEvent[] past =
        [
            .. Began(), new TaskScheduled(0, "A", string.Empty, null), new OrchestratorCompleted(),
            Step(1), new TaskCompleted(0, null), new TaskScheduled(1, "B", string.Empty, null), new OrchestratorCompleted(),
        ];

        var result = replay.Run(past, [Step(2), new TaskCompleted(1, null)]);

        Assert.Contains("Step 2: expected activity 'B' (#1); found activity 'C' (#1)", Assert.IsType<OrchestratorAction.Fail>(Assert.Single(result.Actions)).Failure.ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("\"half\"", result.CustomStatus);
    }

    [Fact]
    public void A_past_without_a_beginning_is_told_by_the_id_of_its_instance()
    {
        var result = CallsA().Run([Step(0), new TaskScheduled(0, "A", string.Empty, null)], []);

        var failure = Assert.IsType<OrchestratorAction.Fail>(Assert.Single(result.Actions)).Failure;
        Assert.StartsWith("The orchestrator 'instance' does not do", failure.ErrorMessage, StringComparison.Ordinal);
        Assert.Null(result.CustomStatus);
    }

    [Fact]
    public void What_else_history_holds_says_nothing_to_the_code()
    {
        var replay = CallsA();

        Assert.Null(replay.Replay([
            .. Began(), new EventRaised("E", null), new ExecutionSuspended(null), new ExecutionResumed(null), new ExecutionRewound(null),
            new TaskScheduled(0, "A", string.Empty, null), new OrchestratorCompleted(), Step(1), new TaskCompleted(0, null), new ExecutionCompleted(OrchestrationRuntimeStatus.Completed, "\"done\""),
        ]));
    }

    [Fact]
    public void A_history_splits_where_a_step_begins_and_nothing_has_no_steps()
    {
        HistoryEvent[] cutOff = [new TaskCompleted(0, null), .. Began(), Step(1)];

        Assert.Equal([[cutOff[0]], [cutOff[1], cutOff[2]], [cutOff[3]]], HistorySteps.Split(cutOff));
        Assert.Empty(HistorySteps.Split([]));
    }

    private static OrchestrationReplay CallsA() => Replays.Of(async context =>
    {
        await context.CallActivityAsync("A");
        return "done";
    });

    private static ExecutionCompleted FailedBy(string type) => new(OrchestrationRuntimeStatus.Failed, null) { Failure = new(type, "m") };

    private static OrchestratorStarted Step(int minute) => new() { Timestamp = Flow.Noon.AddMinutes(minute) };

    private static HistoryEvent[] Began() => [Step(0), Flow.Start];
}
