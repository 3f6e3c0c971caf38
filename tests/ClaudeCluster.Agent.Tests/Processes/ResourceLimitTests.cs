namespace ClaudeCluster.Agent.Tests;

public sealed class ResourceLimitTests : IDisposable
{
    private const int Megabyte = 1024 * 1024;

    // A shell that keeps what it reads: 100 MB in two processes of 50.
    private const string Greedy = "half() { x=$(head -c 52428800 /dev/zero | tr '\\0' a); sleep 30; }; half & half & wait";

    private readonly SourceRepository _source = new();

    public ResourceLimitTests() => _source.Commit(("total.sh", "echo 1\n"), ("test.sh", $"echo begins; {Greedy}\n"));

    public void Dispose() => _source.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_test_that_takes_more_memory_than_it_may_ends_with_a_clear_word_and_all_its_processes(bool isSandboxed)
    {
        if (isSandboxed)
            SandboxBench.IsNeeded();

        var result = await PlayAsync("- {write: new.txt, text: x}\n", new ResourceLimits { MemoryBytes = 80 * Megabyte }, isSandboxed);

        var failed = Assert.IsType<AttemptOutcome.TestsFailed>(result.Outcome);
        Assert.StartsWith("begins\n", failed.Tail, StringComparison.Ordinal);
        Assert.Matches(@"\(stopped: It used [0-9]+ MB of memory; the limit is 80 MB\.\)", failed.Tail);
        Assert.True(result.Verified[0].Duration < TimeSpan.FromSeconds(25), $"{result.Verified[0].Duration}");
        Assert.Empty(ProcessTree.Find(Path.Combine(_source.Options.Root, "attempts")));
    }

    [Fact]
    public async Task A_coder_that_takes_too_much_fails_and_its_work_is_saved()
    {
        var result = await PlayAsync($"- {{write: new.txt, text: x}}\n- {{run: \"{Greedy.Replace("\\", "\\\\", StringComparison.Ordinal)}\"}}\n", new ResourceLimits { MemoryBytes = 80 * Megabyte }, isSandboxed: false);

        Assert.Contains("the limit is 80 MB", Assert.IsType<AttemptOutcome.Failed>(result.Outcome).Detail, StringComparison.Ordinal);
        Assert.Equal("x\n", _source.Show("claude/wip/12-1-a1", "new.txt"));
    }

    [Fact]
    public async Task A_fork_bomb_ends_at_the_limit()
    {
        SandboxBench.IsNeeded();
        _source.Commit(("test.sh", "bomb() { sleep 20 & setsid sleep 20 & sh -c 'sleep 20 & sleep 20 & wait' & }; i=0; while [ $i -lt 200 ]; do bomb; i=$((i + 1)); sleep 0.02; done; wait\n"));

        var result = await PlayAsync("- {write: new.txt, text: x}\n", new ResourceLimits { Processes = 60 }, isSandboxed: true);

        Assert.Matches(@"\(stopped: It ran [0-9]+ processes at once; the limit is 60\.\)", Assert.IsType<AttemptOutcome.TestsFailed>(result.Outcome).Tail);
        Assert.Empty(ProcessTree.Find(Path.Combine(_source.Options.Root, "attempts")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_attempt_has_no_more_processors_than_it_may_and_neither_have_its_children(bool isSandboxed)
    {
        if (isSandboxed)
            SandboxBench.IsNeeded();
        // Whoever may run on one processor only, takes one at most, however busy it is.
        _source.Commit(("test.sh", "sh -c 'sed -n s/Cpus_allowed_list://p /proc/self/status' > mine; setsid --wait setsid --wait nproc >> mine; cat mine; exit 1\n"));

        var result = await PlayAsync("- {write: new.txt, text: x}\n- {run: \"nproc > seen.txt\"}\n", new ResourceLimits { Processors = 0.5 }, isSandboxed);

        Assert.Matches(@"\A\s*[0-9]+\s+1\s*\z", Assert.IsType<AttemptOutcome.TestsFailed>(result.Outcome).Tail);
        Assert.Equal("1", _source.Show("claude/wip/12-1-a1", "seen.txt").Trim());
    }

    [Fact]
    public void Attempts_at_the_same_time_get_different_processors_and_the_starter_keeps_all()
    {
        var all = ProcessorAffinity.Available ?? 0;
        Assert.SkipUnless(all > 1, "This machine has one processor.");
        var given = new List<string>();
        for (var child = 0; child < all; child++)
            ProcessorAffinity.Within(1, () => given.Add(File.ReadLines("/proc/thread-self/status").Single(line => line.StartsWith("Cpus_allowed_list:", StringComparison.Ordinal))));

        Assert.Equal(all, given.Distinct().Count());
        Assert.Equal(all, ProcessorAffinity.Available);
    }

    [Fact]
    public void The_outcome_of_Claude_Code_over_its_limit_says_of_what()
    {
        var outcome = ClaudeFailures.Classify(new ClaudeEnding { End = ChildEnd.OverLimit, Error = "It used 9 MB of memory; the limit is 8 MB." }, new AttemptLimits(), default);

        Assert.Equal("Claude Code was stopped. It used 9 MB of memory; the limit is 8 MB.", Assert.IsType<AttemptOutcome.Failed>(outcome).Detail);
    }

    private Task<AttemptResult> PlayAsync(string steps, ResourceLimits limits, bool isSandboxed)
    {
        var options = _source.Options with { Resources = limits, Sandbox = isSandboxed ? new SandboxOptions() : null };
        var coder = new ScriptedCoder(CoderScript.Read($"steps:\n{steps}", "play.yml"), options, TimeProvider.System);
        return new AttemptStory(options, coder, _source.Workspaces, _source.Commands, TimeProvider.System).RunAsync(_source.Task(), null, default);
    }
}
