using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;

namespace ClaudeCluster.DurableTask.Replay.Tests.Replay;

/// <summary>Code that no longer does what its history says fails, and says what was expected and what was found.</summary>
public sealed class NonDeterminismTests
{
    private static readonly Code Original = async context =>
    {
        await context.CallActivityAsync("A");
        await context.CallActivityAsync("B");
        return await context.WaitForExternalEvent<string?>("Go");
    };

    [Fact]
    public void A_changed_name() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("Other");
            return await context.WaitForExternalEvent<string?>("Go");
        },
        "Step 1: expected activity 'A' (#0); found activity 'Other' (#0)");

    [Fact]
    public void A_changed_order() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("B");
            await context.CallActivityAsync("A");
            return await context.WaitForExternalEvent<string?>("Go");
        },
        "Step 1: expected activity 'A' (#0); found activity 'B' (#0)");

    [Fact]
    public void A_changed_kind() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("A");
            await context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
            return await context.WaitForExternalEvent<string?>("Go");
        },
        "Step 2: expected activity 'B' (#1); found a timer (#1)");

    [Fact]
    public void A_sub_orchestration_in_place_of_an_activity() => ChangedTo(
        async context =>
        {
            await context.CallSubOrchestratorAsync("A");
            return await context.WaitForExternalEvent<string?>("Go");
        },
        "Step 1: expected activity 'A' (#0); found sub-orchestration 'A' (#0)");

    [Fact]
    public void A_missing_call() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("A");
            return await context.WaitForExternalEvent<string?>("Go");
        },
        "Step 2: expected activity 'B' (#1); found nothing more in this step");

    [Fact]
    public void An_extra_call() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("A");
            await Task.WhenAll(context.CallActivityAsync("B"), context.CallActivityAsync("C"));
            return await context.WaitForExternalEvent<string?>("Go");
        },
        "Step 2: expected nothing more in this step; found activity 'C' (#2)");

    [Fact]
    public void An_extra_event_sent() => ChangedTo(
        async context =>
        {
            context.SendEvent("somebody", "Hello", 1);
            await context.CallActivityAsync("A");
            return await context.WaitForExternalEvent<string?>("Go");
        },
        "Step 1: expected activity 'A' (#0); found event 'Hello' sent to 'somebody' (#0)");

    [Fact]
    public void An_earlier_end() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("A");
            return "ended early";
        },
        "Step 2: expected activity 'B' (#1); found the end of the orchestration (Completed)");

    [Fact]
    public void A_throw_where_there_was_none() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("A");
            throw new InvalidOperationException("new rule");
        },
        "Step 2: expected activity 'B' (#1); found the end of the orchestration (Failed: new rule)");

    [Fact]
    public void Continue_as_new_where_there_was_none() => ChangedTo(
        async context =>
        {
            await context.CallActivityAsync("A");
            context.ContinueAsNew();
            return string.Empty;
        },
        "Step 2: expected activity 'B' (#1); found continue-as-new");

    [Fact]
    public void A_name_that_differs_only_in_case_is_no_change()
    {
        var end = RunChanged(async context =>
        {
            await context.CallActivityAsync("a");
            await context.CallActivityAsync("b");
            return await context.WaitForExternalEvent<string?>("Go");
        });

        Assert.Equal(new OrchestratorAction.Complete("\"went\""), end);
    }

    public static TheoryData<HistoryEvent, OrchestratorAction, string, string> Kinds => new()
    {
        { new TaskScheduled(1, "N", "1", "x"), new OrchestratorAction.ScheduleTask(1, "n", "2", "y", null), "activity 'N' (#1)", "activity 'n' (#1)" },
        {
            new SubOrchestrationCreated(1, "id", "N", "1", "x"), new OrchestratorAction.StartSubOrchestration(1, "other", "n", "2", "y", null),
            "sub-orchestration 'N' (#1)", "sub-orchestration 'n' (#1)"
        },
        { new TimerCreated(1, Flow.Noon), new OrchestratorAction.CreateTimer(1, Flow.Noon.AddDays(1)), "a timer (#1)", "a timer (#1)" },
        {
            new EventSent(1, "id", "N", "x"), new OrchestratorAction.SendEvent(1, "other", "n", "y"),
            "event 'N' sent to 'id' (#1)", "event 'n' sent to 'other' (#1)"
        },
        {
            new ExecutionCompleted(OrchestrationRuntimeStatus.Completed, "x"), new OrchestratorAction.Complete("y"),
            "the end of the orchestration (Completed)", "the end of the orchestration (Completed)"
        },
        {
            new ExecutionCompleted(OrchestrationRuntimeStatus.Failed, null), new OrchestratorAction.Fail(new("T", "why")),
            "the end of the orchestration (Failed)", "the end of the orchestration (Failed: why)"
        },
        { new ContinuedAsNew("id", "x"), new OrchestratorAction.ContinueAsNew("y", []), "continue-as-new", "continue-as-new" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_kind_agrees_with_its_own_whatever_the_data_and_with_no_other(
        HistoryEvent recorded, OrchestratorAction asked, string recordedWords, string askedWords)
    {
        Assert.Null(NonDeterminism.Find(3, [recorded], [asked]));
        Assert.False(NonDeterminism.HaveSamePayload(recorded, asked));
        foreach (var other in Kinds.Select(kind => kind.Data).Where(other => other.Item1 != recorded))
        {
            Assert.Equal(new NonDeterminism(3, recordedWords, other.Item4), NonDeterminism.Find(3, [recorded], [other.Item2]));
            Assert.Equal(new NonDeterminism(3, other.Item3, askedWords), NonDeterminism.Find(3, [other.Item1], [asked]));
        }
    }

    [Fact]
    public void Another_number_or_another_name_is_another_call()
    {
        HistoryEvent[] recorded =
            [new TaskScheduled(1, "N", "", null), new SubOrchestrationCreated(1, "id", "N", "", null), new TimerCreated(1, Flow.Noon), new EventSent(1, "id", "N", null)];
        OrchestratorAction[] otherNumber =
        [
            new OrchestratorAction.ScheduleTask(2, "N", "", null, null), new OrchestratorAction.StartSubOrchestration(2, "id", "N", "", null, null),
            new OrchestratorAction.CreateTimer(2, Flow.Noon), new OrchestratorAction.SendEvent(2, "id", "N", null),
        ];
        OrchestratorAction[] otherName =
        [
            new OrchestratorAction.ScheduleTask(1, "M", "", null, null), new OrchestratorAction.StartSubOrchestration(1, "id", "M", "", null, null),
            new OrchestratorAction.SendEvent(1, "id", "M", null),
        ];

        Assert.All(recorded.Zip(otherNumber), pair => Assert.NotNull(NonDeterminism.Find(1, [pair.First], [pair.Second])));
        Assert.All(recorded.Where(call => call is not TimerCreated).Zip(otherName), pair => Assert.NotNull(NonDeterminism.Find(1, [pair.First], [pair.Second])));
    }

    private static void ChangedTo(Code changed, string expected)
    {
        var failure = Assert.IsType<OrchestratorAction.Fail>(RunChanged(changed)).Failure;

        Assert.Equal(FailureTypes.NonDeterministic, failure.ErrorType);
        Assert.True(failure.IsNonRetriable);
        Assert.StartsWith($"The orchestrator 'Flow' does not do what its history says. {expected}. Its code was changed", failure.ErrorMessage, StringComparison.Ordinal);
    }

    /// <summary>Runs the original until it waits for "Go", then goes on with other code.</summary>
    private static OrchestratorAction RunChanged(Code changed)
    {
        var flow = Flow.Begin(Original);
        flow.Step(new TaskCompleted(0, null));
        flow.Step(new TaskCompleted(1, null));
        return Assert.Single(Replays.Of(changed).Run(flow.History, [new OrchestratorStarted(), new EventRaised("Go", "\"went\"")]).Actions);
    }
}
