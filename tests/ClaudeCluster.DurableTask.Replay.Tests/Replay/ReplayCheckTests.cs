using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;

namespace ClaudeCluster.DurableTask.Replay.Tests.Replay;

/// <summary>What the code at hand makes of a stored history.</summary>
public sealed class ReplayCheckTests
{
    private static readonly IServiceProvider NoServices = null!;

    private static readonly HistoryEvent[] Stored =
        [new OrchestratorStarted(), Flow.Start, new TaskScheduled(0, "A", string.Empty, null), new OrchestratorCompleted()];

    [Fact]
    public void Code_that_does_what_its_history_says_is_the_same() =>
        Assert.Equal(new ReplayVerdict("instance", "Flow", 4, ReplayOutcome.Same, null), Check(Stored, context => context.CallActivityAsync<string?>("A")));

    [Fact]
    public void Code_that_does_something_else_differs_in_words()
    {
        var verdict = Check(Stored, context => context.CallActivityAsync<string?>("B"));

        Assert.Equal(("instance", "Flow", 4, ReplayOutcome.Differs), (verdict.InstanceId, verdict.Orchestrator, verdict.Events, verdict.Outcome));
        Assert.Contains("Step 1: expected activity 'A' (#0); found activity 'B' (#0)", verdict.Difference, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_without_code_is_said()
    {
        HistoryEvent[] others = [new OrchestratorStarted(), Flow.Start with { Name = "Other" }];

        Assert.Equal(
            new ReplayVerdict("instance", "Other", 2, ReplayOutcome.NoCode, "There is no orchestrator named 'Other'."),
            Check(others, context => context.CallActivityAsync<string?>("A")));
    }

    [Fact]
    public void A_version_without_code_is_said()
    {
        var registry = new DurableTaskRegistry().AddOrchestratorFunc<object?, string?>("Flow", "1", (context, _) => context.CallActivityAsync<string?>("A"));
        HistoryEvent[] second = [new OrchestratorStarted(), Flow.Start with { Version = "2" }];

        Assert.Equal(
            new ReplayVerdict("instance", "Flow", 2, ReplayOutcome.NoCode, "There is an orchestrator named 'Flow', but not of version '2'."),
            Check(second, registry));
        Assert.Equal(ReplayOutcome.Same, Check([Stored[0], Flow.Start with { Version = "1" }, .. Stored[2..]], registry).Outcome);
    }

    [Fact]
    public void What_does_not_begin_is_no_history()
    {
        Assert.Equal(
            new ReplayVerdict("instance", string.Empty, 1, ReplayOutcome.NotReplayable, "It does not begin with ExecutionStarted."),
            Check([new OrchestratorStarted()], context => context.CallActivityAsync<string?>("A")));
    }

    [Fact]
    public void Code_that_takes_its_thread_down_is_told_with_its_reason()
    {
        Code code = context =>
        {
            SynchronizationContext.Current!.Post(_ => throw new FormatException("nobody awaits this"), null);
            return context.CallActivityAsync<string?>("A");
        };

        Assert.Equal(new ReplayVerdict("instance", "Flow", 4, ReplayOutcome.NotReplayable, "nobody awaits this"), Check(Stored, code));
    }

    [Fact]
    public void Input_is_read_with_the_converter_at_hand()
    {
        var converter = new JsonDataConverter(new() { PropertyNameCaseInsensitive = true });
        var registry = new DurableTaskRegistry().AddOrchestratorFunc<Target, string?>("Flow", (context, input) => context.CallActivityAsync<string?>(input.Name));
        HistoryEvent[] history = [Stored[0], Flow.Start with { Input = "{\"name\":\"A\"}" }, .. Stored[2..]];

        Assert.Equal(ReplayOutcome.Same, new ReplayCheck(registry, NoServices, converter).Run("instance", history).Outcome);
        Assert.Equal(ReplayOutcome.Differs, Check(history, registry).Outcome);
    }

    private static ReplayVerdict Check(HistoryEvent[] history, Code code) =>
        Check(history, new DurableTaskRegistry().AddOrchestratorFunc<string?>("Flow", context => code(context)));

    private static ReplayVerdict Check(HistoryEvent[] history, DurableTaskRegistry registry) =>
        new ReplayCheck(registry, NoServices).Run("instance", history);

    private sealed record Target(string Name);
}
