using ClaudeCluster.ScriptedModel;
using static ClaudeCluster.Agent.Tests.NextSteps;

namespace ClaudeCluster.Agent.Tests;

/// <summary>Rows of <c>FailureTable.md</c>: the process, the host, and what people do to them.</summary>
public class ProcessFailures
{
    private static readonly ModelStep[] SlowCommand = [ModelStep.Bash("sh slow.sh"), new ModelStep.Say("Done.")];

    [Fact]
    public async Task A_tool_that_is_denied_is_no_failure_and_is_told()
    {
        await using var bench = await ClaudeBench.StartAsync(ModelStep.Write("/var/tmp/claude-cluster-outside", "x"), new ModelStep.Say("I could not."));
        var run = await bench.RunOnceAsync();

        Assert.Null(run.Failure);
        Assert.Equal(["Write"], run.Record.Result?.DeniedTools);
        Assert.Contains("denied: Write", bench.Progress);
        Assert.False(File.Exists("/var/tmp/claude-cluster-outside"));
    }

    [Fact]
    public async Task A_SIGTERM_while_the_model_answers_tries_elsewhere()
    {
        var run = await InterruptAnswerAsync("TERM");

        Assert.Equal((143, null), (run.Child.ExitCode, run.Record.Result));
        run.Ended<AttemptOutcome.Failed>(TryElsewhere);
    }

    [Fact]
    public async Task A_SIGINT_while_the_model_answers_is_no_success_although_the_exit_code_is_0()
    {
        var run = await InterruptAnswerAsync("INT");

        Assert.Equal(0, run.Child.ExitCode);
        run.Ended<AttemptOutcome.Failed>(TryElsewhere);
    }

    [Fact]
    public async Task A_SIGTERM_during_a_command_tries_elsewhere()
    {
        var run = await InterruptCommandAsync("TERM");

        Assert.Equal((143, null), (run.Child.ExitCode, run.Record.Result));
        run.Ended<AttemptOutcome.Failed>(TryElsewhere);
    }

    [Fact]
    public async Task A_SIGINT_during_a_command_is_no_success_although_the_exit_code_is_0()
    {
        var run = await InterruptCommandAsync("INT");

        Assert.Equal(0, run.Child.ExitCode);
        run.Ended<AttemptOutcome.Failed>(TryElsewhere);
    }

    [Fact]
    public async Task A_SIGKILL_during_a_command_tries_elsewhere_and_leaves_no_process()
    {
        var run = await InterruptCommandAsync("KILL");

        Assert.Equal((137, null), (run.Child.ExitCode, run.Record.Result));
        Assert.Contains("out of memory", run.Ended<AttemptOutcome.Failed>(TryElsewhere).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_token_gives_the_task_back_and_leaves_no_process()
    {
        ClaudeCli.SandboxIsNeeded();
        await using var bench = await ClaudeBench.StartAsync(SlowCommand);
        bench.Write("repository/slow.sh", "touch started\nsetsid sleep 300 &\nsleep 300\n");
        using var stop = new CancellationTokenSource();
        var running = bench.RunOnceAsync(cancellationToken: stop.Token);
        await bench.WaitForFileAsync("started", running);
        await stop.CancelAsync();
        var run = await running;

        Assert.Equal(ChildEnd.Cancelled, run.Child.End);
        run.Ended<AttemptOutcome.HandedBack>(TryElsewhere);
    }

    [Fact]
    public async Task An_option_that_the_CLI_does_not_know_asks_a_human()
    {
        var run = await RunWithAsync("--no-such-option");

        Assert.Contains("unknown option", run.Child.Error, StringComparison.Ordinal);
        Assert.Contains("Update it", run.Ended<AttemptOutcome.HostNotReady>(AskHuman).Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_the_CLI_does_not_take_tries_elsewhere()
    {
        var run = await RunWithAsync("--session-id", "no-uuid");

        Assert.Equal((1, null), (run.Child.ExitCode, run.Record.Result));
        Assert.Contains("Invalid session ID", run.Ended<AttemptOutcome.Failed>(TryElsewhere).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sandbox_that_the_host_does_not_have_asks_a_human()
    {
        ClaudeCli.IsNeeded();
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Say("Never said."));
        Directory.CreateDirectory(Path.Combine(bench.Root, "empty"));
        bench.Options = bench.Options with { Sandbox = true, SearchPath = Path.Combine(bench.Root, "empty") };
        var run = await bench.RunOnceAsync();

        Assert.Contains("bubblewrap", run.Ended<AttemptOutcome.HostNotReady>(AskHuman).Fix, StringComparison.Ordinal);
        Assert.Empty(bench.Model.Requests);
    }

    [Fact]
    public async Task A_CLI_that_is_not_there_asks_a_human()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Say("Never said."));
        bench.Options = bench.Options with { Program = "/nowhere/claude" };
        var run = await bench.RunOnceAsync();

        Assert.Equal(ChildEnd.NotStarted, run.Child.End);
        Assert.Contains("npm install", run.Ended<AttemptOutcome.HostNotReady>(AskHuman).Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_of_the_CLI_without_its_program_asks_a_human()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Say("Never said."));
        // As `npm install --ignore-scripts` leaves it.
        var stub = Path.Combine(Path.GetDirectoryName(ClaudeCli.Location.Program)!, "../claude-code/bin/claude.exe");
        Assert.SkipUnless(File.Exists(stub) && new FileInfo(stub).Length < 10_000, "The CLI was installed with its scripts, so its stub is not there.");
        bench.Options = bench.Options with { Program = stub };
        var run = await bench.RunOnceAsync();

        Assert.Contains("npm install", run.Ended<AttemptOutcome.HostNotReady>(AskHuman).Fix, StringComparison.Ordinal);
        Assert.Empty(bench.Model.Requests);
    }

    [Fact]
    public async Task A_run_that_takes_more_of_the_PC_than_it_may_tries_elsewhere()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Hang());
        var run = await bench.RunOnceAsync(line => line with { Resources = new ResourceLimits { MemoryBytes = 20L << 20 } });

        Assert.Equal(ChildEnd.OverLimit, run.Child.End);
        Assert.Contains("Claude Code was stopped.", run.Ended<AttemptOutcome.Failed>(TryElsewhere).Detail, StringComparison.Ordinal);
    }

    private static async Task<ClaudeOneRun> InterruptAnswerAsync(string signal)
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Hang());
        var running = bench.RunOnceAsync();
        await bench.Model.WaitForRequestAsync(TestContext.Current.CancellationToken);
        bench.Signal(signal);
        return await running;
    }

    private static async Task<ClaudeOneRun> InterruptCommandAsync(string signal)
    {
        ClaudeCli.SandboxIsNeeded();
        await using var bench = await ClaudeBench.StartAsync(SlowCommand);
        bench.Write("repository/slow.sh", "touch started\nsetsid sleep 300 &\nsleep 300\n");
        var running = bench.RunOnceAsync();
        await bench.WaitForFileAsync("started", running);
        bench.Signal(signal);
        return await running;
    }

    private static async Task<ClaudeOneRun> RunWithAsync(params string[] more)
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Say("Never said."));
        return await bench.RunOnceAsync(line => line with { Arguments = [.. line.Arguments, .. more] });
    }
}
