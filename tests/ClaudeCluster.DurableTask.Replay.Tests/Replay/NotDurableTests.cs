using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Replay.Tests.Kit;

namespace ClaudeCluster.DurableTask.Replay.Tests.Replay;

/// <summary>Code that awaits what no history can bring back fails instead of waiting for ever.</summary>
public sealed class NotDurableTests
{
    [Fact]
    public void Awaiting_what_is_not_durable_fails_instead_of_waiting_for_ever()
    {
        var failure = Flow.Begin(async _ =>
        {
            await new TaskCompletionSource().Task;
            return "unreached";
        }).Failure();

        Assert.Equal(FailureTypes.NotDurable, failure.ErrorType);
        Assert.True(failure.IsNonRetriable);
        Assert.Equal(
            "The orchestrator 'Flow' awaits something that is not durable: it has not ended, and no activity, timer, sub-orchestration or event "
            + "is awaited. Await only what its context returns.",
            failure.ErrorMessage);
    }

    [Fact]
    public void What_it_asked_for_in_such_a_step_is_not_done()
    {
        var flow = Flow.Begin(async context =>
        {
            await context.CallActivityAsync("A");
            context.SendEvent("other", "E", 1);
            await new TaskCompletionSource().Task;
            return "unreached";
        });

        flow.Step(new TaskCompleted(0, null));

        Assert.Equal(FailureTypes.NotDurable, flow.Failure().ErrorType);
        Assert.Empty(flow.Last.Messages);
    }

    [Fact]
    public void Using_the_context_from_another_thread_fails()
    {
        var failure = Flow.Begin(context => OnAnotherThread(() => context.CallActivityAsync<string?>("A"))).Failure();

        Assert.Equal(FailureTypes.NotDurable, failure.ErrorType);
        Assert.Contains("it went on from another thread", failure.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_use_of_the_context_from_another_thread_is_met()
    {
        Func<TaskOrchestrationContext, object>[] uses =
        [
            context => context.CallActivityAsync("A"),
            context => context.CallSubOrchestratorAsync("A"),
            context => context.CreateTimer(TimeSpan.Zero, CancellationToken.None),
            context => context.NewGuid(),
            context => Doing(() => context.SendEvent("other", "E", 1)),
            context => Doing(() => context.SetCustomStatus("s")),
            context => Doing(() => context.ContinueAsNew()),
        ];

        foreach (var use in uses)
        {
            Exception? thrown = null;
            var flow = Flow.Begin(context =>
            {
                thrown = Record.Exception(() => OnAnotherThread(() => use(context)));
                return Task.FromResult<string?>("went on");
            });
            Assert.StartsWith("The orchestrator used its context from another thread.", Assert.IsType<InvalidOperationException>(thrown).Message, StringComparison.Ordinal);
            Assert.Contains("no Task.Run, no ConfigureAwait(false), no CancelAsync, no I/O", thrown.Message, StringComparison.Ordinal);
            Assert.Equal(FailureTypes.NotDurable, flow.Failure().ErrorType);
        }
    }

    [Fact]
    public void A_wait_for_an_event_from_another_thread_is_met()
    {
        var flow = Flow.Begin(async context => await OnAnotherThread(() => context.WaitForExternalEvent<string?>("E")));

        Assert.Equal(FailureTypes.NotDurable, flow.Failure().ErrorType);
    }

    [Fact]
    public void A_continuation_posted_by_another_thread_is_met()
    {
        var flow = Flow.Begin(async context =>
        {
            var thread = SynchronizationContext.Current!;
            var timer = context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
            OnAnotherThread(() =>
            {
                // Twice: what was noted once stays noted.
                thread.CreateCopy().Post(_ => { }, null);
                thread.Post(_ => { }, null);
                return true;
            });
            await timer;
            return "unreached";
        });

        Assert.Equal(FailureTypes.NotDurable, flow.Failure().ErrorType);
    }

    [Fact]
    public void A_callback_sent_by_another_thread_is_refused_and_one_of_its_own_runs_at_once()
    {
        var refused = true;
        var own = Flow.Begin(_ =>
        {
            var ran = false;
            SynchronizationContext.Current!.Send(_ => ran = true, null);
            return Task.FromResult<string?>($"{ran}");
        });
        var other = Flow.Begin(_ =>
        {
            var thread = SynchronizationContext.Current!;
            return Task.FromResult(OnAnotherThread(() =>
            {
                thread.Send(_ => refused = false, null);
                return "unreached";
            }))!;
        });

        Assert.Equal("True", own.Output());
        Assert.Equal(FailureTypes.NotDurable, other.Failure().ErrorType);
        Assert.True(refused);
    }

    [Fact]
    public void Between_the_steps_the_context_is_nobody_s()
    {
        TaskOrchestrationContext? kept = null;
        var replay = Replays.Of(context =>
        {
            kept = context;
            return context.CallActivityAsync<string?>("A");
        });
        replay.Step([new OrchestratorStarted(), Flow.Start]);

        Assert.Throws<InvalidOperationException>(() => kept!.NewGuid());

        var end = Assert.IsType<OrchestratorAction.Fail>(Assert.Single(replay.Step([new OrchestratorStarted(), new TaskCompleted(0, null)]).Actions));
        Assert.Equal(FailureTypes.NotDurable, end.Failure.ErrorType);
    }

    [Fact]
    public void The_caller_s_own_context_is_back_after_a_step()
    {
        var before = new SynchronizationContext();
        var outer = SynchronizationContext.Current;
        try
        {
            SynchronizationContext.SetSynchronizationContext(before);
            Flow.Begin(context => context.CallActivityAsync<string?>("A"));
            Assert.Same(before, SynchronizationContext.Current);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    /// <summary>Runs it on a thread of its own, to its end: no chance decides.</summary>
    private static T OnAnotherThread<T>(Func<T> run)
    {
        var result = default(T);
        Exception? failure = null;
        var thread = new Thread(() => failure = Record.Exception(() => { result = run(); }));
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw failure;
    }

    private static object Doing(Action use)
    {
        use();
        return true;
    }
}
