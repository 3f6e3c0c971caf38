using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.DurableTask.Tests.Replay;

/// <summary>The pure part alone: code and events give actions.</summary>
public sealed class ReplayTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Code_replays_over_the_past_only()
    {
        var flags = new List<bool>();
        var replay = NewReplay(async context =>
        {
            flags.Add(context.IsReplaying);
            await context.CallActivityAsync("A");
            flags.Add(context.IsReplaying);
            return "done";
        });

        replay.Run([.. Began(), new TaskScheduled(0, "A", string.Empty, null), new OrchestratorCompleted()], [Step(1), new TaskCompleted(0, null)]);

        Assert.Equal([true, false], flags);
    }

    [Fact]
    public void A_replay_safe_logger_writes_each_line_once()
    {
        var log = new LinesLog();
        var replay = NewReplay(
            async context =>
            {
                var logger = context.CreateReplaySafeLogger("Flow");
                logger.Log(LogLevel.Warning, "first");
                await context.CallActivityAsync("A");
                logger.Log(LogLevel.Warning, "second");
                return "done";
            },
            log);

        replay.Run([.. Began(), new TaskScheduled(0, "A", string.Empty, null), new OrchestratorCompleted()], [Step(1), new TaskCompleted(0, null)]);

        Assert.Equal(["second"], log.Lines);
    }

    [Fact]
    public void Unknown_and_repeated_answers_are_ignored()
    {
        var replay = NewReplay(async context =>
            $"{await context.CallActivityAsync<int>("A")} {await context.CallActivityAsync<int>("B")}");
        replay.Step(Began());

        replay.Step([Step(1), new TaskCompleted(7, "7"), new TimerFired(0, Noon), new SubOrchestrationCompleted(0, "9"), new TaskCompleted(0, "1"), new TaskCompleted(0, "2")]);
        var last = replay.Step([Step(2), new TaskCompleted(1, "3")]);

        Assert.Equal(new OrchestratorAction.Complete("\"1 3\""), Assert.Single(last.Actions));
    }

    [Fact]
    public void Continue_as_new_carries_what_nobody_claimed_with_its_own_time()
    {
        var replay = NewReplay(async context =>
        {
            await context.WaitForExternalEvent<string>("B");
            context.ContinueAsNew("next");
            return string.Empty;
        });
        HistoryEvent[] raised = [new EventRaised("A", "1") { Timestamp = Noon }, new EventRaised("b", "\"2\""), new EventRaised("C", "3") { Timestamp = Noon.AddHours(1) }];

        var end = Assert.IsType<OrchestratorAction.ContinueAsNew>(Assert.Single(replay.Step([.. Began(), .. raised]).Actions));

        Assert.Equal("\"next\"", end.Input);
        Assert.Equal([raised[0], raised[2]], end.CarriedEvents);
    }

    [Fact]
    public void An_event_after_continue_as_new_goes_along_though_the_old_code_left_somebody_waiting()
    {
        var replay = NewReplay(async context =>
        {
            _ = context.WaitForExternalEvent<string>("E");
            await context.CallActivityAsync("A");
            context.ContinueAsNew();
            return string.Empty;
        });
        var late = new EventRaised("E", "1") { Timestamp = Noon };

        var actions = replay.Step([.. Began(), new TaskCompleted(0, null), late]).Actions;

        Assert.Equal([late], Assert.IsType<OrchestratorAction.ContinueAsNew>(actions[^1]).CarriedEvents);
    }

    [Fact]
    public void A_history_without_a_beginning_is_refused()
    {
        var replay = NewReplay(_ => Task.FromResult("unreached"));

        Assert.Throws<InvalidOperationException>(() => replay.Step([Step(0), new EventRaised("E", null)]));
    }

    [Fact]
    public void Input_that_cannot_be_read_fails_the_orchestration()
    {
        var replay = NewReplay(context => Task.FromResult($"{context.GetInput<int>()}"));

        var end = Assert.IsType<OrchestratorAction.Fail>(Assert.Single(replay.Step(Began(input: "\"text\"")).Actions));

        Assert.Equal("System.Text.Json.JsonException", end.Failure.ErrorType);
    }

    private static OrchestratorStarted Step(int minute) => new() { Timestamp = Noon.AddMinutes(minute) };

    private static HistoryEvent[] Began(string? input = null) => [Step(0), new ExecutionStarted("execution", "Flow", string.Empty, input)];

    private static OrchestrationReplay NewReplay(Func<TaskOrchestrationContext, Task<string>> code, ILoggerFactory? logs = null) =>
        new("instance", _ => new Flow(code), JsonDataConverter.Default, logs ?? NullLoggerFactory.Instance);

    private sealed class Flow(Func<TaskOrchestrationContext, Task<string>> code) : TaskOrchestrator<object?, string>
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, object? input) => code(context);
    }

    private sealed class LinesLog : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
