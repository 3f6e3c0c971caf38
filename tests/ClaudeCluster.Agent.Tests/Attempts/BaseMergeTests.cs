namespace ClaudeCluster.Agent.Tests;

/// <summary>A pull request that its base branch has overtaken: real git merges what it can, the coder the rest.</summary>
public sealed class BaseMergeTests : IDisposable
{
    private readonly SourceRepository _source = new();

    public BaseMergeTests() => _source.Commit(("list.txt", "one\ntwo\nthree\n"), ("other.txt", "same\n"), ("test.sh", "grep -q three list.txt\n"));

    public void Dispose() => _source.Dispose();

    [Fact]
    public async Task A_conflict_that_the_coder_resolves_becomes_a_merge_of_both_sides()
    {
        var (ours, theirs) = Conflict();

        var result = await PlayAsync($"- {{write: list.txt, text: \"one\\ntwo of theirs and ours\\nthree\\n\"}}\n", ours);

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Equal([ours, theirs], _source.Git("log", "-1", "--format=%P", "claude/wip/12-1-a2").Trim().Split(' '));
        Assert.Equal("one\ntwo of theirs and ours\nthree\n", _source.Show("claude/wip/12-1-a2", "list.txt"));
        Assert.Equal(["list.txt"], result.Diff!.Files.Select(file => file.Path));
        Assert.DoesNotContain("<<<<<<<", _source.Git("log", "-p", "claude/wip/12-1-a2"), StringComparison.Ordinal);
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_mark_that_is_left_is_a_failure_that_names_the_file()
    {
        var (ours, _) = Conflict();

        var result = await PlayAsync("- {write: note.txt, text: I looked at it}\n", ours);

        Assert.Contains("marks are left in list.txt", Assert.IsType<AttemptOutcome.Failed>(result.Outcome).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_git_merges_alone_needs_no_change_of_the_coder()
    {
        var ours = OnBranch("claude/issue-12", () => _source.Commit(("list.txt", "one\nours\nthree\n")));
        var theirs = _source.Commit(("other.txt", "theirs\n"));

        var result = await PlayAsync("- {say: nothing to do}\n", ours);

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Equal([ours, theirs], _source.Git("log", "-1", "--format=%P", "claude/wip/12-1-a2").Trim().Split(' '));
        Assert.Equal(["list.txt"], result.Diff!.Files.Select(file => file.Path));
    }

    [Fact]
    public async Task A_file_that_one_side_deleted_is_a_conflict_too()
    {
        var ours = OnBranch("claude/issue-12", () => _source.Commit(("other.txt", "ours\n")));
        _source.Git("rm", "--quiet", "other.txt");
        _source.Git("commit", "--quiet", "--message=gone");

        var result = await PlayAsync("- {run: 'rm other.txt'}\n- {edit: list.txt, replace: one, with: uno}\n", ours);

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Equal(["list.txt"], result.Diff!.Files.Select(file => file.Path));
    }

    private (string Ours, string Theirs) Conflict()
    {
        var ours = OnBranch("claude/issue-12", () => _source.Commit(("list.txt", "one\ntwo of ours\nthree\n")));
        return (ours, _source.Commit(("list.txt", "one\ntwo of theirs\nthree\n")));
    }

    private string OnBranch(string branch, Func<string> commit)
    {
        _source.Git("checkout", "--quiet", "-b", branch);
        var made = commit();
        _source.Git("checkout", "--quiet", _source.Branch);
        return made;
    }

    private Task<AttemptResult> PlayAsync(string steps, string from)
    {
        var coder = new ScriptedCoder(CoderScript.Read($"steps:\n{steps}", "play.yml"), _source.Options, TimeProvider.System);
        var task = _source.Task(2) with { Goal = Goal.ResolveConflict, Earlier = new EarlierAttempt(null, new CommitId(from), "it conflicts", null) };
        return new AttemptStory(_source.Options, coder, _source.Workspaces, _source.Commands, TimeProvider.System).RunAsync(task, null, default);
    }
}
