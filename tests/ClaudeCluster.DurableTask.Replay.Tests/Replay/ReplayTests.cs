using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Replay.Tests.Replay;

/// <summary>The pure part alone: code and events give actions.</summary>
public sealed class ReplayTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TaskFailureDetails Broken = new("T", "broken");

    [Fact]
    public void Code_replays_over_the_past_only()
    {
        var flags = new List<bool>();
        var replay = Replays.Of(async context =>
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
        var enabled = new List<bool>();
        var replay = Replays.Of(
            async context =>
            {
                ILogger[] loggers = [context.CreateReplaySafeLogger("Flow"), context.CreateReplaySafeLogger<Disposing>(), context.ReplaySafeLoggerFactory.CreateLogger("Other")];
                Write(loggers, "first");
                await context.CallActivityAsync("A");
                Write(loggers, "second");
                return "done";
            },
            log);

        replay.Run([.. Began(), new TaskScheduled(0, "A", string.Empty, null), new OrchestratorCompleted()], [Step(1), new TaskCompleted(0, null)]);

        Assert.Equal(["second", "second", "second"], log.Lines);
        Assert.Equal(["Flow", typeof(Disposing).FullName!, "Other"], log.Categories);
        Assert.Equal([false, false, false, true, true, true], enabled);

        void Write(ILogger[] loggers, string line)
        {
            foreach (var logger in loggers)
            {
                using var scope = logger.BeginScope(line);
                logger.Log(LogLevel.Warning, "{Line}", line);
                enabled.Add(logger.IsEnabled(LogLevel.Warning));
            }
        }
    }

    [Fact]
    public void Unknown_and_repeated_answers_are_ignored()
    {
        var replay = Replays.Of(async context =>
            $"{await context.CallActivityAsync<int>("A")} {await context.CallActivityAsync<int>("B")}");
        replay.Step(Began());

        replay.Step([Step(1), new TaskCompleted(7, "7"), new TimerFired(0, Noon), new SubOrchestrationCompleted(0, "9"), new TaskCompleted(0, "1"), new TaskCompleted(0, "2")]);
        var last = replay.Step([Step(2), new TaskCompleted(1, "3")]);

        Assert.Equal(new OrchestratorAction.Complete("\"1 3\""), Assert.Single(last.Actions));
    }

    [Fact]
    public void A_history_without_a_beginning_is_refused()
    {
        var replay = Replays.Of(_ => Task.FromResult<string?>("unreached"));

        var refused = Assert.Throws<InvalidOperationException>(() => replay.Step([Step(0), new EventRaised("E", null)]));

        Assert.Equal("The history of 'instance' does not begin with ExecutionStarted.", refused.Message);
    }

    [Fact]
    public void Input_that_cannot_be_read_fails_the_orchestration()
    {
        var replay = Replays.Of(context => Task.FromResult<string?>($"{context.GetInput<int>()}"));

        var end = Assert.IsType<OrchestratorAction.Fail>(Assert.Single(replay.Step(Began(input: "\"text\"")).Actions));

        Assert.Equal("System.Text.Json.JsonException", end.Failure.ErrorType);
    }

    [Fact]
    public void Answers_reach_only_calls_of_their_kind()
    {
        var replay = Replays.Of(async context =>
        {
            var (activity, child, timer) = (context.CallActivityAsync<int>("A"), context.CallSubOrchestratorAsync<int>("C"), context.CreateTimer(Noon.UtcDateTime, default));
            await timer;
            return $"{await activity} {await child}";
        });
        replay.Step(Began());

        replay.Step([
            Step(1), new TaskCompleted(1, "9"), new TaskCompleted(2, "9"), new TaskFailed(1, Broken), new SubOrchestrationCompleted(0, "9"),
            new SubOrchestrationFailed(0, Broken), new SubOrchestrationFailed(2, Broken), new TimerFired(0, Noon), new TimerFired(1, Noon),
        ]);
        var last = replay.Step([Step(2), new TaskCompleted(0, "1"), new SubOrchestrationCompleted(1, "2"), new TimerFired(2, Noon)]);

        Assert.Equal(new OrchestratorAction.Complete("\"1 2\""), Assert.Single(last.Actions));
    }

    [Fact]
    public void A_failed_call_names_the_task_and_its_number()
    {
        foreach (var (call, failed) in new (Func<TaskOrchestrationContext, Task>, HistoryEvent)[]
        {
            (context => context.CallActivityAsync("Task"), new TaskFailed(1, Broken)),
            (context => context.CallSubOrchestratorAsync("Task"), new SubOrchestrationFailed(1, Broken)),
        })
        {
            var replay = Replays.Of(async context =>
            {
                context.SendEvent("other", "E", 1);
                var thrown = await Assert.ThrowsAsync<TaskFailedException>(() => call(context));
                return $"{thrown.TaskName} {thrown.TaskId} {thrown.FailureDetails.ErrorMessage}";
            });
            replay.Step(Began());

            Assert.Equal(new OrchestratorAction.Complete("\"Task 1 broken\""), Assert.Single(replay.Step([Step(1), failed]).Actions));
        }
    }

    [Fact]
    public void A_code_that_is_not_there_fails_for_ever_and_says_which_version()
    {
        foreach (var (version, said) in new[] { (string.Empty, "No orchestrator named 'Flow' is"), ("7", "No orchestrator named 'Flow' of version '7' is") })
        {
            var replay = Replays.Of((ITaskOrchestrator?)null);
            var started = new ExecutionStarted("execution", "Flow", version, null);

            var failure = Assert.IsType<OrchestratorAction.Fail>(Assert.Single(replay.Step([Step(0), started]).Actions)).Failure;

            Assert.Equal((FailureTypes.TaskNotFound, true), (failure.ErrorType, failure.IsNonRetriable));
            Assert.Equal($"{said} registered with this worker.", failure.ErrorMessage);
        }
    }

    [Fact]
    public void A_replay_knows_how_and_when_its_execution_began()
    {
        var replay = Replays.Of(async context =>
        {
            await context.CallActivityAsync("A");
            return string.Empty;
        });
        Assert.Null(replay.Beginning);

        replay.Step(Began());
        replay.Step([Step(5), new ExecutionStarted("another", "Other", string.Empty, null)]);

        Assert.Equal((new ExecutionStarted("execution", "Flow", string.Empty, null), Noon), replay.Beginning);
        Assert.Equal("instance", replay.InstanceId);
    }

    [Fact]
    public async Task Code_that_the_registry_made_is_disposed_with_its_replay_and_no_other()
    {
        var disposed = new List<string>();
        foreach (var (name, code) in new (string, ITaskOrchestrator)[] { ("owned", OwnedOrchestrator.Wrap(new Disposing(disposed))), ("lent", new Disposing(disposed)) })
        {
            disposed.Add(name);
            var replay = Replays.Of(code);
            replay.Step(Began());
            await replay.DisposeAsync();
        }

        await Replays.Of(_ => Task.FromResult<string?>(string.Empty)).DisposeAsync();
        Assert.Equal(["owned", "disposed", "lent"], disposed);
    }

    private static OrchestratorStarted Step(int minute) => new() { Timestamp = Noon.AddMinutes(minute) };

    private static HistoryEvent[] Began(string? input = null) => [Step(0), new ExecutionStarted("execution", "Flow", string.Empty, input)];

    private sealed class Disposing(List<string> disposed) : TaskOrchestrator<object?, string>, IDisposable
    {
        public override Task<string> RunAsync(TaskOrchestrationContext context, object? input) => Task.FromResult(string.Empty);

        public void Dispose() => disposed.Add("disposed");
    }

    private sealed class LinesLog : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public List<string> Categories { get; } = [];

        public ILogger CreateLogger(string categoryName)
        {
            Categories.Add(categoryName);
            return this;
        }

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
