using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Agent.Tests;

/// <summary>Asked to end, the CLI still tells what it did and what it cost. One that does not hear is ended all the same.</summary>
public class ClaudeCancelTests
{
    private static readonly ModelStep FirstEdit = ModelStep.Write("{folder}/first.txt", "x\n");

    [Fact]
    public async Task Cancelled_while_the_model_answers_it_ends_by_itself_and_tells_its_session_and_cost()
    {
        await using var bench = await ClaudeBench.StartAsync(FirstEdit, new ModelStep.Hang());
        using var stop = new CancellationTokenSource();
        var running = bench.RunOnceAsync(cancellationToken: stop.Token);
        await bench.Model.WaitForRequestAsync(TestContext.Current.CancellationToken);
        await bench.Model.WaitForRequestAsync(TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        var run = await running;

        Assert.Equal((ChildEnd.Cancelled, 1, "aborted_streaming"), (run.Child.End, run.Child.ExitCode, run.Record.Result?.TerminalReason));
        Assert.IsType<AttemptOutcome.HandedBack>(run.Failure);
        Assert.True(run.Record.Result is { Session.Length: > 0, SessionUsd: > 0, InputTokens: >= 1000 }, $"{run.Record.Result}");
    }

    [Fact]
    public async Task Cancelled_during_a_command_it_ends_the_command_and_tells_its_session_and_cost()
    {
        await using var bench = await StartSlowCommandAsync();
        using var stop = new CancellationTokenSource();
        var running = bench.RunAsync(cancellationToken: stop.Token);
        await bench.WaitForFileAsync("started", running);
        await stop.CancelAsync();
        var report = await running;

        Assert.IsType<AttemptOutcome.HandedBack>(report.Failure);
        Assert.Equal(ClaudeSession.Of(bench.Job()).Id, report.Session);
        Assert.True(report.Usage is { Usd: > 0, InputTokens: 1000, OutputTokens: 100, Turns: > 0 }, $"{report.Usage}");
        Assert.Empty(ProcessTree.Find(bench.Scratch));
    }

    [Fact]
    public async Task A_session_that_was_cancelled_goes_on_and_what_it_had_cost_is_not_counted_again()
    {
        await using var bench = await StartSlowCommandAsync();
        using var stop = new CancellationTokenSource();
        var running = bench.RunAsync("One.", cancellationToken: stop.Token);
        await bench.WaitForFileAsync("started", running);
        await stop.CancelAsync();
        var first = await running;
        var second = await bench.RunAsync("Two.", resume: first.Session);

        Assert.Equal((null, "Done.", first.Session), (second.Failure, second.Claimed, second.Session));
        Assert.Contains("One.", bench.Model.Requests[^1].Body, StringComparison.Ordinal);
        Assert.Equal(first.Usage.Usd, second.Usage.Usd);
    }

    [Fact]
    public async Task A_run_that_is_over_time_is_asked_too()
    {
        await using var bench = await ClaudeBench.StartAsync(FirstEdit, new ModelStep.Hang());
        bench.Limits = bench.Limits with { WallTime = TimeSpan.FromSeconds(6) };
        var run = await bench.RunOnceAsync();

        Assert.IsType<AttemptOutcome.TimedOut>(run.Failure);
        Assert.Equal((1, "aborted_streaming"), (run.Child.ExitCode, run.Record.Result?.TerminalReason));
    }

    [Fact]
    public async Task A_CLI_that_hears_nothing_any_more_is_killed_and_its_session_and_cost_are_known_all_the_same()
    {
        await using var bench = await StartSlowCommandAsync();
        using var stop = new CancellationTokenSource();
        var running = bench.RunAsync(cancellationToken: stop.Token);
        await bench.WaitForFileAsync("started", running);
        bench.Signal("STOP");
        await stop.CancelAsync();
        var report = await running;

        Assert.IsType<AttemptOutcome.HandedBack>(report.Failure);
        Assert.Equal(ClaudeSession.Of(bench.Job()).Id, report.Session);
        Assert.True(report.Usage is { Usd: > 0, InputTokens: 1000, OutputTokens: 100 }, $"{report.Usage}");
        Assert.Empty(ProcessTree.Find(bench.Scratch));
    }

    private static async Task<ClaudeBench> StartSlowCommandAsync()
    {
        ClaudeCli.SandboxIsNeeded();
        var bench = await ClaudeBench.StartAsync(ModelStep.Bash("sh slow.sh"), new ModelStep.Say("Done."));
        bench.Write("repository/slow.sh", "touch started\nsetsid sleep 300 &\nsleep 300\n");
        return bench;
    }
}
