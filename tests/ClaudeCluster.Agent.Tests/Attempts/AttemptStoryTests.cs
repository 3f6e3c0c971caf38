namespace ClaudeCluster.Agent.Tests;

public sealed class AttemptStoryTests : IDisposable
{
    private const string Branch = "claude/wip/12-1-a1";
    private const string Fix = "- {edit: total.sh, replace: 1 - 2, with: 1 + 2}\n- {say: I mended it.}\n";

    private readonly SourceRepository _source = new();

    public AttemptStoryTests() => _source.Commit(
        ("total.sh", "echo $((1 - 2))\n"),
        ("test.sh", "test \"$(sh total.sh)\" = 3 || { echo \"wrong: $(sh total.sh)\"; exit 1; }\n"));

    public void Dispose() => _source.Dispose();

    private Task<AttemptResult> PlayAsync(string steps, AgentTask? task = null) => RunAsync(Scripted($"steps:\n{steps}"), task);

    private Task<AttemptResult> RunAsync(ICoder coder, AgentTask? task = null, CancellationToken stopping = default) =>
        new AttemptStory(_source.Options, coder, _source.Workspaces, _source.Commands, TimeProvider.System).RunAsync(task ?? _source.Task(), null, stopping);

    private ScriptedCoder Scripted(string script) => new(CoderScript.Read(script, "play.yml"), _source.Options, TimeProvider.System);

    private bool IsPushed(string branch) => _source.Git("for-each-ref", $"refs/heads/{branch}").Length > 0;

    [Fact]
    public async Task A_mended_project_succeeds_and_its_commit_is_pushed()
    {
        var result = await PlayAsync(Fix);

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Equal(_source.Git("rev-parse", Branch).Trim(), result.Commit?.Value);
        Assert.Equal("echo $((1 + 2))\n", _source.Show(Branch, "total.sh"));
        var test = Assert.Single(result.Verified);
        Assert.True(test.Passed);
        Assert.Equal(("sh test.sh", "detected: test.sh"), (test.Command, test.Source));
        Assert.Equal([new FileChange("total.sh", 1, 1)], result.Diff?.Files);
        Assert.Equal("scripted (no model)", result.Coder);
        Assert.Equal("I mended it.", result.Claimed);
        Assert.Equal("pc-1", result.Agent.Value);
        Assert.True(result.Usage.Duration > TimeSpan.Zero);
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task What_cannot_be_removed_costs_no_result_and_is_told()
    {
        // A folder in the place of its lock, as whoever may write beside an attempt can put it there.
        var coder = Scripted($"steps:\n{Fix}- {{run: 'rm ../../issue-4711-12-1-a1.lock; mkdir ../../issue-4711-12-1-a1.lock'}}\n");
        var heard = new Lines();

        var result = await new AttemptStory(_source.Options, coder, _source.Workspaces, _source.Commands, TimeProvider.System).RunAsync(_source.Task(), heard, default);

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Contains(heard.Told, line => line.StartsWith("not everything of it could be removed", StringComparison.Ordinal) && line.Contains("issue-4711-12-1-a1.lock", StringComparison.Ordinal));
    }

    private sealed class Lines : IProgress<string>
    {
        public List<string> Told { get; } = [];

        public void Report(string value) => Told.Add(value);
    }

    [Fact]
    public async Task Endless_words_of_a_coder_do_not_go_into_history()
    {
        var result = await PlayAsync(Fix + $"- {{say: {string.Concat(Enumerable.Repeat("x😀", 20_000))}}}\n");

        Assert.InRange(result.Claimed!.Length, 19_990, 20_001);
        Assert.EndsWith("…", result.Claimed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_changed_is_an_outcome_and_nothing_is_pushed()
    {
        var result = await PlayAsync("- {say: all is well}\n- {run: sh test.sh, allow-failure: true}\n");

        Assert.IsType<AttemptOutcome.NoChanges>(result.Outcome);
        Assert.Null(result.Commit);
        Assert.False(IsPushed(Branch));
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Failing_tests_are_told_with_command_and_tail_and_the_work_is_pushed()
    {
        var result = await PlayAsync("- {edit: total.sh, replace: 1 - 2, with: 2 - 2}\n- {say: All tests pass!}\n");

        var failed = Assert.IsType<AttemptOutcome.TestsFailed>(result.Outcome);
        Assert.Equal("sh test.sh", failed.Command);
        Assert.Equal("wrong: 0\n", failed.Tail);
        Assert.Equal("echo $((2 - 2))\n", _source.Show(Branch, "total.sh"));
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_protected_path_is_rejected_and_the_work_is_pushed()
    {
        var result = await PlayAsync(Fix + "- {write: CODEOWNERS, text: '* @mallory'}\n");

        Assert.Contains("is protected", Assert.Single(Assert.IsType<AttemptOutcome.PolicyRejected>(result.Outcome).Reasons), StringComparison.Ordinal);
        Assert.True(result.Verified[0].Passed);
        Assert.True(IsPushed(Branch));
    }

    [Fact]
    public async Task The_coder_s_failure_wins_and_its_work_so_far_is_pushed()
    {
        var result = await PlayAsync(Fix + "- {end: budgetExhausted}\n");

        Assert.IsType<AttemptOutcome.BudgetExhausted>(result.Outcome);
        Assert.Empty(result.Verified);
        Assert.Equal("echo $((1 + 2))\n", _source.Show(Branch, "total.sh"));
        Assert.Equal(_source.Git("rev-parse", Branch).Trim(), result.Commit?.Value);
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task The_second_attempt_goes_on_from_the_first_one_s_commit()
    {
        var script = Scripted($"attempts:\n- steps:\n  - {{write: note.txt, text: first}}\n- steps:\n  - {{edit: total.sh, replace: 1 - 2, with: 1 + 2}}\n");
        var first = await RunAsync(script);
        var second = await RunAsync(script, _source.Task(2) with { Earlier = new EarlierAttempt(first.Agent, first.Commit, "tests", null) });

        Assert.IsType<AttemptOutcome.TestsFailed>(first.Outcome);
        Assert.IsType<AttemptOutcome.Succeeded>(second.Outcome);
        Assert.Equal(first.Commit?.Value, _source.Git("rev-parse", "claude/wip/12-1-a2^").Trim());
        Assert.Equal(["note.txt", "total.sh"], second.Diff!.Files.Select(file => file.Path));
    }

    [Fact]
    public async Task Going_on_without_a_change_tests_the_earlier_work_again()
    {
        var first = await PlayAsync(Fix);
        var second = await PlayAsync("- {say: nothing to do}\n", _source.Task(2) with { Earlier = new EarlierAttempt(null, first.Commit, "lost", null) });

        Assert.IsType<AttemptOutcome.Succeeded>(second.Outcome);
        Assert.Equal(first.Commit, second.Commit);
        Assert.True(IsPushed("claude/wip/12-1-a2"));
    }

    [Fact]
    public async Task An_agent_that_is_stopped_saves_the_work_and_hands_the_task_back()
    {
        using var stopping = new CancellationTokenSource();
        var coder = new Coder(async (job, token) =>
        {
            await File.WriteAllTextAsync(Path.Combine(job.Folder, "half.txt"), "half", token);
            await stopping.CancelAsync();
            token.ThrowIfCancellationRequested();
            return new CoderReport();
        });

        var result = await RunAsync(coder, stopping: stopping.Token);

        Assert.IsType<AttemptOutcome.HandedBack>(result.Outcome);
        Assert.Equal("half", _source.Show(Branch, "half.txt"));
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_stop_during_the_tests_hands_the_task_back_too()
    {
        using var stopping = new CancellationTokenSource();
        var progress = new Told(line =>
        {
            if (line.Contains("tests", StringComparison.Ordinal))
                stopping.Cancel();
        });
        var story = new AttemptStory(_source.Options, Scripted($"steps:\n{Fix}"), _source.Workspaces, _source.Commands, TimeProvider.System);

        var result = await story.RunAsync(_source.Task() with { Tests = [new TestCommand("sleep 1000")] }, progress, stopping.Token);

        Assert.IsType<AttemptOutcome.HandedBack>(result.Outcome);
        Assert.True(IsPushed(Branch));
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Two_attempts_in_parallel_do_not_disturb_each_other()
    {
        var results = await Task.WhenAll(PlayAsync(Fix), PlayAsync(Fix + "- {write: b.txt, text: b}\n", _source.Task(2)));

        Assert.All(results, result => Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome));
        Assert.Equal("b\n", _source.Show("claude/wip/12-1-a2", "b.txt"));
        _source.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("\"; rm -rf /")]
    [InlineData("$(touch /tmp/owned)")]
    [InlineData("--amend\n\nCo-authored-by: evil")]
    [InlineData("\u202e\u001b[2J")]
    public async Task A_hostile_title_is_only_text(string title)
    {
        var result = await PlayAsync(Fix, _source.Task(title: title));

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Equal("octo-cat <583231+octo-cat@users.noreply.github.com>", _source.Git("log", "-1", "--format=%(trailers:key=Co-authored-by,valueonly)", Branch).Trim());
    }

    [Fact]
    public async Task A_repository_without_commits_is_a_failure_with_the_fix()
    {
        using var empty = new SourceRepository();
        var result = await new AttemptStory(empty.Options, Scripted("steps: []"), empty.Workspaces, empty.Commands, TimeProvider.System).RunAsync(empty.Task(), null, default);

        Assert.Contains("first commit", Assert.IsType<AttemptOutcome.Failed>(result.Outcome).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_coder_s_bug_is_not_swallowed_and_leaves_nothing()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => RunAsync(new Coder((_, _) => throw new InvalidOperationException("bug"))));

        _source.AssertNothingIsLeft();
    }

    private sealed class Coder(Func<CoderJob, CancellationToken, Task<CoderReport>> run) : ICoder
    {
        public string Name => "a test's coder";

        public Task<CoderReport> RunAsync(CoderJob job, CancellationToken cancellationToken) => run(job, cancellationToken);
    }

    private sealed class Told(Action<string> tell) : IProgress<string>
    {
        public void Report(string value) => tell(value);
    }
}
