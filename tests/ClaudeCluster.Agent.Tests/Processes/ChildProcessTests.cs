using System.Diagnostics;
using System.Globalization;

namespace ClaudeCluster.Agent.Tests;

public sealed class ChildProcessTests : IDisposable
{
    private static readonly Dictionary<string, string> Environment = new() { ["PATH"] = "/usr/local/bin:/usr/bin:/bin" };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ChildCommand Shell(string script) => new()
    {
        Program = "sh",
        Arguments = ["-c", script],
        Folder = _folder.Root,
        Environment = Environment,
        Mark = _folder.Root,
    };

    private static Task<ChildResult> RunAsync(ChildCommand command, CancellationToken cancellation = default) =>
        ChildProcess.RunAsync(command, TimeProvider.System, cancellation);

    private int[] Alive() => [.. ProcessTree.Find(_folder.Root)];

    [Fact]
    public async Task Output_error_and_exit_code_are_told_apart()
    {
        var (output, error) = (new List<string>(), new List<string>());
        var result = await RunAsync(Shell("echo one; echo two >&2; printf three; exit 7") with { OnOutput = output.Add, OnError = error.Add });

        Assert.Equal(ChildEnd.Exited, result.End);
        Assert.Equal(7, result.ExitCode);
        Assert.False(result.Succeeded);
        Assert.Equal(["one", "three"], output);
        Assert.Equal(["two"], error);
        Assert.Equal("one\nthree", result.Output);
        Assert.Equal("two\n", result.Error);
        Assert.Contains("two", result.Both, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_environment_is_the_given_one_and_nothing_else()
    {
        var seen = new List<string>();
        await RunAsync(Shell("exec env") with { OnOutput = seen.Add });

        var names = seen.Select(line => line.Split('=')[0]).Except(["PWD", "_", "SHLVL", "OLDPWD"]).Order();
        Assert.Equal([ProcessTree.MarkName, "PATH"], names);
    }

    [Fact]
    public async Task Arguments_reach_the_program_as_they_are()
    {
        string[] hostile = ["\"; rm -rf /", "$(id)", "`id`", "a\nb", "-x", "", "\u202e\u001b[31m", "日本"];
        var result = await RunAsync(Shell("") with { Program = "printf", Arguments = ["%s|", .. hostile] });

        Assert.Equal(string.Join('|', hostile) + "|", result.Output);
    }

    [Fact]
    public async Task Standard_input_is_given_and_closed()
    {
        Assert.Equal("日本\n", (await RunAsync(Shell("cat") with { Input = "日本\n" })).Output);
        Assert.Equal(ChildEnd.Exited, (await RunAsync(Shell("cat"))).End);
        Assert.Equal(ChildEnd.Exited, (await RunAsync(Shell("exec 0<&-; exit 0") with { Input = new string('x', 1_000_000) })).End);
    }

    [Fact]
    public async Task A_line_of_three_megabytes_arrives_whole_and_only_the_tail_is_kept()
    {
        var lines = new List<string>();
        var result = await RunAsync(Shell("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo end") with { OnOutput = lines.Add, TailBytes = 100 });

        Assert.Equal([3_000_000, 3], lines.Select(line => line.Length));
        Assert.Equal(100, result.Output.Length);
        Assert.EndsWith("x\nend\n", result.Output, StringComparison.Ordinal);
        Assert.False(result.IsOutputWhole);
    }

    [Fact]
    public async Task Broken_utf8_is_read_with_replacement_characters()
    {
        var lines = new List<string>();
        await RunAsync(Shell("printf 'a\\377b\\r\\nc'") with { OnOutput = lines.Add });

        Assert.Equal(["a\ufffdb", "c"], lines);
    }

    [Fact]
    public async Task A_child_that_takes_too_long_is_ended_with_its_children()
    {
        var result = await RunAsync(Shell("sleep 1000 & setsid sleep 1000 & wait") with { WallTime = TimeSpan.FromMilliseconds(300) });

        Assert.Equal(ChildEnd.TimedOut, result.End);
        Assert.Equal(128 + 15, result.ExitCode);
        Assert.Empty(Alive());
    }

    [Fact]
    public async Task A_child_that_ignores_the_polite_signal_is_killed()
    {
        var result = await RunAsync(Shell("trap '' TERM; while :; do sleep 0.05; done") with
        {
            WallTime = TimeSpan.FromMilliseconds(200),
            Grace = TimeSpan.FromMilliseconds(200),
        });

        Assert.Equal(ChildEnd.TimedOut, result.End);
        Assert.Equal(128 + 9, result.ExitCode);
        Assert.Empty(Alive());
    }

    [Fact]
    public async Task Silence_ends_a_child_and_output_keeps_it()
    {
        var silent = await RunAsync(Shell("echo hello; sleep 1000") with { Silence = TimeSpan.FromMilliseconds(300) });
        var talking = await RunAsync(Shell("for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done") with { Silence = TimeSpan.FromMilliseconds(900) });

        Assert.Equal(ChildEnd.Silent, silent.End);
        Assert.Equal("hello\n", silent.Output);
        Assert.Equal(ChildEnd.Exited, talking.End);
    }

    [Fact]
    public async Task Cancellation_ends_the_whole_tree()
    {
        using var cancellation = new CancellationTokenSource();
        var result = await RunAsync(Shell("setsid sh -c 'trap \"\" HUP; sleep 1000' & echo ready; wait") with { OnOutput = _ => cancellation.Cancel() }, cancellation.Token);

        Assert.Equal(ChildEnd.Cancelled, result.End);
        Assert.Empty(Alive());
    }

    [Fact]
    public async Task A_child_that_was_told_how_is_asked_to_end_before_it_is_signalled()
    {
        using var cancellation = new CancellationTokenSource();
        var result = await RunAsync(
            Shell("read first; echo $first; read last; echo $last; exit 7") with { Input = "hello\n", Talk = new ChildTalk("goodbye\n"), OnOutput = line => CancelAt("hello", line) },
            cancellation.Token);

        Assert.Equal((ChildEnd.Cancelled, 7, "hello\ngoodbye\n"), (result.End, result.ExitCode, result.Output));

        void CancelAt(string line, string heard)
        {
            if (line == heard)
                cancellation.Cancel();
        }
    }

    [Fact]
    public async Task A_child_that_is_asked_to_end_and_does_not_is_signalled_and_one_that_ignores_signals_is_killed()
    {
        using var cancellation = new CancellationTokenSource();
        var result = await RunAsync(
            Shell("trap 'echo no' TERM; echo ready; while true; do sleep 0.05; done") with
            {
                Talk = new ChildTalk("goodbye\n") { Patience = TimeSpan.FromMilliseconds(200) },
                Grace = TimeSpan.FromMilliseconds(300),
                OnOutput = _ => cancellation.Cancel(),
            },
            cancellation.Token);

        Assert.Equal((ChildEnd.Cancelled, 137), (result.End, result.ExitCode));
        Assert.StartsWith("ready\nno\n", result.Output, StringComparison.Ordinal);
        Assert.Empty(Alive());
    }

    [Fact]
    public async Task A_talk_that_is_over_closes_standard_input()
    {
        var talk = new ChildTalk("goodbye\n");
        var result = await RunAsync(Shell("cat; echo done") with { Input = "hello\n", Talk = talk, OnOutput = _ => talk.Close() });

        Assert.Equal((ChildEnd.Exited, "hello\ndone\n"), (result.End, result.Output));
    }

    [Fact]
    public async Task A_daemon_left_by_a_child_that_ended_well_is_ended_too()
    {
        var result = await RunAsync(Shell("(setsid setsid sleep 1000 >/dev/null 2>&1 &) ; (setsid sleep 1000 &); echo done"));

        Assert.Equal(ChildEnd.Exited, result.End);
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(Alive());
    }

    [Fact]
    public async Task A_stranger_that_keeps_the_output_open_is_not_waited_for()
    {
        var result = await RunAsync(Shell("(env -i setsid sh -c 'echo $$; exec sleep 1000' &); sleep 0.3") with { Grace = TimeSpan.FromMilliseconds(200) });
        using var stranger = Process.GetProcessById(int.Parse(result.Output, CultureInfo.InvariantCulture));
        stranger.Kill();

        Assert.Equal(ChildEnd.Exited, result.End);
        Assert.True(result.Duration < TimeSpan.FromSeconds(60), $"It took {result.Duration}.");
    }

    [Fact]
    public async Task One_child_s_end_does_not_end_another_of_the_same_attempt()
    {
        var ready = new TaskCompletionSource();
        var other = RunAsync(Shell("echo ready; while [ ! -e go ]; do sleep 0.02; done; echo still here") with
        {
            OnOutput = _ => ready.TrySetResult(),
        });
        await ready.Task;
        await RunAsync(Shell("true"));
        _folder.Write("go", "");

        Assert.Equal("ready\nstill here\n", (await other).Output);
    }

    [Fact]
    public async Task After_a_crash_the_attempt_s_processes_are_found_by_its_mark()
    {
        using var orphan = Process.Start(new ProcessStartInfo("setsid", ["sleep", "1000"]) { Environment = { [ProcessTree.MarkName] = $"{_folder.Root}/3" } })!;
        using var neighbour = Process.Start(new ProcessStartInfo("sleep", ["1000"]) { Environment = { [ProcessTree.MarkName] = $"{_folder.Root}-2/3" } })!;

        Assert.True(await ProcessTree.KillMarkedAsync(_folder.Root, TimeSpan.FromSeconds(1), TimeProvider.System));
        await orphan.WaitForExitAsync();

        Assert.False(neighbour.HasExited);
        neighbour.Kill();
    }

    [Theory]
    [InlineData("no-such-program-at-all")]
    [InlineData("/no/such/program")]
    [InlineData("./here")]
    public async Task A_program_that_is_not_there_is_a_result_with_a_reason(string program)
    {
        _folder.Write("here", "");
        var result = await RunAsync(Shell("") with { Program = program });

        Assert.Equal(ChildEnd.NotStarted, result.End);
        Assert.Null(result.ExitCode);
        Assert.Contains("was not found", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_a_result_with_a_reason() =>
        Assert.Contains("does not exist", (await RunAsync(Shell("") with { Folder = _folder["gone"] })).Reason, StringComparison.Ordinal);

    [Fact]
    public async Task A_listener_that_fails_ends_the_child_and_is_heard()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(Shell("echo x; sleep 1000") with { OnOutput = _ => throw new InvalidOperationException() }));

        Assert.Empty(Alive());
    }
}
