using System.Text.Json;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Mapping;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Mapping;

/// <summary>What goes over the wire comes back as it was.</summary>
public sealed class RoundTripTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, 1, TimeSpan.Zero);
    private static readonly Dictionary<string, string> Tags = new(StringComparer.Ordinal) { ["ключ"] = "значение" };
    private static readonly TraceContext Trace = new("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a=b");

    private static readonly TaskFailureDetails Failure = new("Type", "größer", "at Line 1", new TaskFailureDetails("Inner", "cause"))
    {
        IsNonRetriable = true,
        Properties = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["n"] = JsonSerializer.SerializeToElement(new[] { 1, 2 }) },
    };

    public static TheoryData<string> Kinds => [.. Events.Select(happened => happened.GetType().Name)];

    private static IReadOnlyList<HistoryEvent> Events =>
    [
        new OrchestratorStarted(),
        new ExecutionStarted("e", "Name", "1.0", "\"in\"") { Parent = new ParentInstance("p", "pe", "Parent", 3), Tags = Tags, Trace = Trace },
        new TaskScheduled(1, "A", "1.0", "\"in\"") { Tags = Tags, Trace = Trace },
        new TaskCompleted(1, null),
        new TaskFailed(1, Failure),
        new SubOrchestrationCreated(2, "child", "C", string.Empty, null) { Tags = Tags, Trace = Trace },
        new SubOrchestrationCompleted(2, "\"out\""),
        new SubOrchestrationFailed(2, Failure),
        new TimerCreated(3, Noon.AddYears(30)),
        new TimerFired(3, Noon.AddYears(30)),
        new EventRaised("Name", "{}"),
        new EventSent(4, "other", "Name", null),
        new ExecutionSuspended("why"),
        new ExecutionResumed(null),
        new ExecutionRewound("why"),
        new ExecutionTerminated("\"out\""),
        new ExecutionPoisoned(Failure),
        new ExecutionCompleted(OrchestrationRuntimeStatus.Failed, null) { Failure = Failure },
        new OrchestratorCompleted(),
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_event(string kind)
    {
        var happened = Events.Single(e => e.GetType().Name == kind) with { Timestamp = Noon };

        var back = EventMapping.ToEvent(Proto.HistoryEvent.Parser.ParseFrom(Google.Protobuf.MessageExtensions.ToByteArray(EventMapping.ToProto(happened, "i"))));

        Assert.Equal(HistoryJson.WriteEvent(happened), HistoryJson.WriteEvent(back));
    }

    [Fact]
    public void Every_kind_of_event_is_among_them()
    {
        var kinds = typeof(HistoryEvent).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(HistoryEvent)) && type != typeof(ContinuedAsNew));

        Assert.Equal(kinds.Select(type => type.Name).Order(StringComparer.Ordinal), Events.Select(e => e.GetType().Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_actions_of_a_step()
    {
        OrchestratorAction[] actions =
        [
            new OrchestratorAction.ScheduleTask(0, "A", "1.0", "1", Tags) { Trace = Trace },
            new OrchestratorAction.StartSubOrchestration(1, "child", "C", string.Empty, null, null) { Trace = Trace },
            new OrchestratorAction.CreateTimer(2, Noon),
            new OrchestratorAction.SendEvent(3, "other", "Name", "{}"),
            new OrchestratorAction.Fail(Failure),
        ];

        var back = ActionMapping.ToActions([.. actions.Select(action => ActionMapping.ToProto(action, "i"))], "i", "e", null);

        Assert.Equal(JsonSerializer.Serialize<object[]>([.. actions]), JsonSerializer.Serialize<object[]>([.. back]));
    }

    [Fact]
    public void Continue_as_new_with_the_trace_that_the_protocol_has_no_place_for()
    {
        var next = new OrchestratorAction.ContinueAsNew("1", [new EventRaised("Name", "{}")]) { NewVersion = "2.0", Trace = Trace };

        var back = Assert.IsType<OrchestratorAction.ContinueAsNew>(Assert.Single(ActionMapping.ToActions([ActionMapping.ToProto(next, "i")], "i", "e", Trace)));

        Assert.Equal((next.Input, next.NewVersion, next.Trace), (back.Input, back.NewVersion, back.Trace));
        Assert.Equal("Name", Assert.Single(back.CarriedEvents).Name);
    }

    [Fact]
    public void Events_that_the_dotNET_SDK_sends_to_itself_before_it_begins_again_are_carried()
    {
        OrchestratorAction[] actions = [new OrchestratorAction.SendEvent(0, "i", "kept", "1"), new OrchestratorAction.SendEvent(1, "other", "sent", "2")];

        var back = ActionMapping.ToActions(
            [.. actions.Append(new OrchestratorAction.ContinueAsNew(null, [])).Select(action => ActionMapping.ToProto(action, "i"))], "i", "e", null);

        Assert.Equal("other", Assert.IsType<OrchestratorAction.SendEvent>(back[0]).InstanceId);
        Assert.Equal("kept", Assert.Single(Assert.IsType<OrchestratorAction.ContinueAsNew>(back[1]).CarriedEvents).Name);
    }

    [Fact]
    public void Of_several_ends_the_first_counts_and_it_comes_last()
    {
        OrchestratorAction[] actions = [new OrchestratorAction.Complete("1"), new OrchestratorAction.SendEvent(1, "other", "sent", null), new OrchestratorAction.Complete("2")];

        var back = ActionMapping.ToActions([.. actions.Select(action => ActionMapping.ToProto(action, "i"))], "i", "e", null);

        Assert.Equal(2, back.Count);
        Assert.Equal("1", Assert.IsType<OrchestratorAction.Complete>(back[1]).Output);
    }

    [Fact]
    public void A_child_without_an_id_gets_one_from_its_call()
    {
        var action = new Proto.OrchestratorAction { Id = 7, CreateSubOrchestration = new() { Name = "C" } };

        Assert.Equal("e-7", Assert.IsType<OrchestratorAction.StartSubOrchestration>(Assert.Single(ActionMapping.ToActions([action], "i", "e", null))).InstanceId);
    }

    [Fact]
    public void Two_actions_with_one_id_or_one_of_an_unknown_kind_are_refused()
    {
        var timer = new Proto.OrchestratorAction { Id = 1, CreateTimer = new() { FireAt = Noon.ToProto() } };

        Assert.Throws<RpcException>(() => ActionMapping.ToActions([timer, timer], "i", "e", null));
        Assert.Throws<RpcException>(() => ActionMapping.ToActions([new Proto.OrchestratorAction { Id = 1 }], "i", "e", null));
    }

    [Fact]
    public void What_is_known_of_an_instance()
    {
        var state = new InstanceState("i", "e", "Name")
        {
            Version = "1.0",
            Status = OrchestrationRuntimeStatus.Suspended,
            CreatedAt = Noon,
            LastUpdatedAt = Noon.AddTicks(1),
            StartAt = Noon.AddDays(1),
            Input = "1",
            CustomStatus = "{}",
            Failure = Failure,
            Tags = Tags,
        };

        var back = StateMapping.ToState(StateMapping.ToProto(state));

        Assert.Equal(JsonSerializer.Serialize(state), JsonSerializer.Serialize(back));
    }
}
