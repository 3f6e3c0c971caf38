namespace ClaudeCluster.Agent.Tests;

public sealed class ScriptedCoderTests : IDisposable
{
    private static readonly AgentOptions Options = new()
    {
        AgentId = new AgentId("pc-1"),
        WorkerId = "w",
        Specialties = [],
        Root = "/nowhere",
        Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
    };

    private readonly TempFolder _folder = new();

    public ScriptedCoderTests() => Directory.CreateDirectory(_folder["work"]);

    public void Dispose() => _folder.Dispose();

    private Task<CoderReport> PlayAsync(string steps, AttemptLimits? limits = null) =>
        new ScriptedCoder(CoderScript.Read($"steps:\n{steps}", "play.yml"), Options, TimeProvider.System).RunAsync(
            new CoderJob
            {
                AttemptId = "issue-1-1-1-a1",
                Folder = _folder["work"],
                Scratch = _folder["scratch"],
                Prompt = "",
                Limits = limits ?? new AttemptLimits(),
            },
            CancellationToken.None);

    private static string Detail(CoderReport report) => Assert.IsType<AttemptOutcome.Failed>(report.Failure).Detail;

    [Fact]
    public async Task A_play_edits_writes_deletes_and_runs()
    {
        _folder.Write("work/a.sh", "echo $((1 - 2))\n");
        _folder.Write("work/old", "");

        var report = await PlayAsync("- {edit: a.sh, replace: 1 - 2, with: 1 + 2}\n- {write: sub/n.txt, text: new}\n- {delete: old}\n- {run: 'sh a.sh > out; pwd >> out'}\n- {say: done}\n");

        Assert.Null(report.Failure);
        Assert.Equal("done", report.Claimed);
        Assert.Equal($"3\n{_folder["work"]}\n", File.ReadAllText(_folder["work/out"]));
        Assert.Equal("new\n", File.ReadAllText(_folder["work/sub/n.txt"]));
        Assert.False(File.Exists(_folder["work/old"]));
    }

    [Theory]
    [InlineData("{edit: a.txt, replace: x, with: y}", "more than once")]
    [InlineData("{edit: a.txt, replace: z, with: y}", "does not hold")]
    [InlineData("{edit: b.txt, replace: z, with: y}", "does not exist")]
    [InlineData("{delete: b.txt}", "does not exist")]
    [InlineData("{run: echo oops; exit 3}", "exit code 3: oops")]
    [InlineData("{write: ../x, text: y}", "inside the work tree")]
    [InlineData("{write: /tmp/x, text: y}", "inside the work tree")]
    [InlineData("{write: a/../../x, text: y}", "inside the work tree")]
    [InlineData("{write: link/x, text: y}", "inside the work tree")]
    [InlineData("{edit: file-link, replace: x, with: y}", "inside the work tree")]
    [InlineData("{write: .git/config, text: y}", "inside the work tree")]
    [InlineData("{write: sub/.GIT/config, text: y}", "inside the work tree")]
    public async Task What_cannot_be_done_ends_the_play_with_its_line(string step, string reason)
    {
        _folder.Write("work/a.txt", "x x");
        _folder.Write("outside/x", "x");
        Directory.CreateSymbolicLink(_folder["work/link"], _folder["outside"]);
        File.CreateSymbolicLink(_folder["work/file-link"], _folder["outside/x"]);

        var report = await PlayAsync($"- {step}\n- {{write: after, text: y}}\n");

        Assert.StartsWith("play.yml:2: ", Detail(report), StringComparison.Ordinal);
        Assert.Contains(reason, Detail(report), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["work/after"]));
        Assert.Equal("x", File.ReadAllText(_folder["outside/x"]));
    }

    [Fact]
    public async Task A_failing_command_may_be_allowed_to() =>
        Assert.Null((await PlayAsync("- {run: exit 3, allow-failure: true}\n")).Failure);

    [Fact]
    public async Task A_play_may_end_with_an_outcome_of_its_own()
    {
        var limited = Assert.IsType<AttemptOutcome.UsageLimited>((await PlayAsync("- {end: usageLimited, resets-in: 2h}\n- {run: exit 1}\n")).Failure);

        Assert.InRange(limited.ResetsAt, TimeProvider.System.GetUtcNow().AddHours(1), TimeProvider.System.GetUtcNow().AddHours(3));
    }

    [Fact]
    public async Task The_limits_hold_for_a_play_too()
    {
        var limits = new AttemptLimits { WallTime = TimeSpan.FromMilliseconds(300), Silence = TimeSpan.FromMinutes(1) };

        Assert.IsType<AttemptOutcome.TimedOut>((await PlayAsync("- {run: sleep 1000}\n", limits)).Failure);
        Assert.IsType<AttemptOutcome.TimedOut>((await PlayAsync("- {wait: 1h}\n", limits)).Failure);
        Assert.IsType<AttemptOutcome.Stalled>((await PlayAsync("- {run: sleep 1000}\n", new AttemptLimits { Silence = TimeSpan.FromMilliseconds(300) })).Failure);
        Assert.Empty(ProcessTree.Find(_folder.Root));
    }
}
