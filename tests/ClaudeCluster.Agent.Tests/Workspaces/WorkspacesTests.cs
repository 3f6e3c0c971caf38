using System.Diagnostics;

namespace ClaudeCluster.Agent.Tests;

public sealed class WorkspacesTests : IDisposable
{
    private readonly SourceRepository _source = new();

    public void Dispose() => _source.Dispose();

    private string Mirror => Path.Combine(_source.Options.Root, "mirrors", "4711.git");

    [Theory]
    [InlineData("trunk")]
    [InlineData("main")]
    [InlineData("release/2.x")]
    public async Task A_workspace_stands_at_the_head_of_the_base_branch_whatever_it_is_called(string branch)
    {
        using var source = new SourceRepository(branch);
        var head = source.Commit(("a.txt", "one"));
        await using (var workspace = await source.Workspaces.OpenAsync(source.Task(), default))
        {
            Assert.Equal(head, workspace.Start.Value);
            Assert.Equal(head, workspace.Base.Value);
            Assert.Equal("one", File.ReadAllText(Path.Combine(workspace.Folder, "a.txt")));
            Assert.Empty(SourceRepository.GitIn(workspace.Folder, "branch", "--show-current"));
        }
        source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task The_next_attempt_sees_what_was_pushed_since()
    {
        _source.Commit(("a.txt", "one"));
        await (await _source.Workspaces.OpenAsync(_source.Task(), default)).DisposeAsync();
        var head = _source.Commit(("a.txt", "two"));

        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(2), default);

        Assert.Equal(head, workspace.Start.Value);
    }

    [Fact]
    public async Task A_later_attempt_goes_on_from_the_earlier_one_s_commit()
    {
        var head = _source.Commit(("a.txt", "one"));
        _source.Git("switch", "--quiet", "--create", "claude/wip/12-1-a1");
        var earlier = _source.Commit(("b.txt", "wip"));
        _source.Git("switch", "--quiet", "trunk");
        _source.Commit(("a.txt", "moved on"));

        await using var workspace = await _source.Workspaces.OpenAsync(
            _source.Task(2) with { Earlier = new EarlierAttempt(null, new CommitId(earlier), "tests", null) }, default);

        Assert.Equal(earlier, workspace.Start.Value);
        Assert.Equal(head, workspace.Base.Value);
        Assert.True(File.Exists(Path.Combine(workspace.Folder, "b.txt")));
    }

    [Theory]
    [InlineData("0123456789012345678901234567890123456789")]
    [InlineData("--upload-pack=x")]
    public async Task An_earlier_commit_that_is_not_there_is_no_obstacle(string commit)
    {
        var head = _source.Commit(("a.txt", "one"));

        await using var workspace = await _source.Workspaces.OpenAsync(
            _source.Task(2) with { Earlier = new EarlierAttempt(null, new CommitId(commit), "lost", null) }, default);

        Assert.Equal(head, workspace.Start.Value);
    }

    [Fact]
    public async Task A_repository_without_commits_is_refused_with_the_fix()
    {
        var refused = await Assert.ThrowsAsync<BadInputException>(() => _source.Workspaces.OpenAsync(_source.Task(), default));

        Assert.Contains("no commits", refused.Message, StringComparison.Ordinal);
        Assert.Contains("first commit", refused.Message, StringComparison.Ordinal);
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_base_branch_that_is_not_there_is_named()
    {
        _source.Commit(("a.txt", "one"));
        var refused = await Assert.ThrowsAsync<BadInputException>(() => _source.Workspaces.OpenAsync(_source.Task() with { BaseBranch = "x'; rm" }, default));

        Assert.Contains("x'; rm", refused.Message, StringComparison.Ordinal);
        _source.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("-rf")]
    [InlineData(".")]
    [InlineData("a/b")]
    [InlineData("a\n")]
    [InlineData("")]
    public async Task An_attempt_id_that_is_no_safe_name_is_refused(string id) =>
        await Assert.ThrowsAsync<BadInputException>(() => _source.Workspaces.OpenAsync(_source.Task() with { AttemptId = id }, default));

    [Theory]
    [InlineData("main")]
    [InlineData("claude/issue-12")]
    [InlineData("--force")]
    public async Task A_branch_that_is_no_attempt_s_is_refused(string branch) =>
        await Assert.ThrowsAsync<BadInputException>(() => _source.Workspaces.OpenAsync(_source.Task() with { AttemptBranch = branch }, default));

    [Fact]
    public async Task A_repository_that_is_not_there_is_a_git_failure_with_the_command()
    {
        var workspaces = new Workspaces(_source.Options, _source.Commands, _ => "/no/such/repository", TimeProvider.System);

        var failure = await Assert.ThrowsAsync<GitException>(() => workspaces.OpenAsync(_source.Task(), default));

        Assert.Contains("fetch", failure.Command, StringComparison.Ordinal);
        Assert.Equal(128, failure.ExitCode);
        Assert.Contains("/no/such/repository", failure.Errors, StringComparison.Ordinal);
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Without_git_the_host_is_not_ready()
    {
        var options = _source.Options with { Environment = new Dictionary<string, string> { ["PATH"] = "/nowhere" } };
        var workspaces = new Workspaces(options, new Git(options, TimeProvider.System), _ => _source.Folder, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<HostNotReadyException>(() => workspaces.OpenAsync(_source.Task(), default));

        Assert.StartsWith("git cannot be run: The program git was not found.", failure.Detail, StringComparison.Ordinal);
        Assert.Contains("2.34", failure.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_git_that_is_too_old_is_refused()
    {
        using var bin = new TempFolder();
        File.SetUnixFileMode(bin.Write("git", "#!/bin/sh\necho git version 2.30.2\n"), (UnixFileMode)0b111_101_101);
        var options = _source.Options with { Environment = new Dictionary<string, string> { ["PATH"] = bin.Root } };

        var failure = await Assert.ThrowsAsync<HostNotReadyException>(() => new Git(options, TimeProvider.System).ReadVersionAsync(default));

        Assert.Contains("2.30.2", failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attempts_in_parallel_share_one_mirror()
    {
        _source.Commit(("a.txt", "one"));
        var workspaces = await Task.WhenAll(Enumerable.Range(1, 4).Select(attempt => _source.Workspaces.OpenAsync(_source.Task(attempt), default)));

        Assert.Equal(4, workspaces.Select(workspace => workspace.Folder).Distinct().Count());
        Assert.All(workspaces, workspace => Assert.True(File.Exists(Path.Combine(workspace.Folder, "a.txt"))));
        await Task.WhenAll(workspaces.Select(workspace => workspace.DisposeAsync().AsTask()));
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task One_attempt_is_never_worked_on_twice_at_once()
    {
        _source.Commit(("a.txt", "one"));
        await using var first = await _source.Workspaces.OpenAsync(_source.Task(), default);

        await Assert.ThrowsAsync<IOException>(() => _source.Workspaces.OpenAsync(_source.Task(), default));

        Assert.True(Directory.Exists(first.Folder));
    }

    [Fact]
    public async Task A_broken_mirror_is_built_anew()
    {
        _source.Commit(("a.txt", "one"));
        await (await _source.Workspaces.OpenAsync(_source.Task(), default)).DisposeAsync();
        Directory.Delete(Path.Combine(Mirror, "objects"), recursive: true);
        File.WriteAllText(Path.Combine(Mirror, "HEAD"), "nonsense");

        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(), default);

        Assert.True(File.Exists(Path.Combine(workspace.Folder, "a.txt")));
    }

    [Fact]
    public async Task What_a_killed_git_left_in_the_mirror_is_no_obstacle()
    {
        _source.Commit(("a.txt", "one"));
        await (await _source.Workspaces.OpenAsync(_source.Task(), default)).DisposeAsync();
        Directory.CreateDirectory(Mirror + ".new");
        string[] locks = ["packed-refs.lock", "config.lock", "refs/remotes/origin/trunk.lock", "refs/heads/claude/wip/12-1-a1.lock"];
        foreach (var name in locks)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Mirror, name))!);
            File.WriteAllText(Path.Combine(Mirror, name), "");
        }
        _source.Commit(("a.txt", "two"));

        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(), default);

        Assert.Equal("two", File.ReadAllText(Path.Combine(workspace.Folder, "a.txt")));
    }

    [Fact]
    public async Task Hooks_do_not_run_neither_the_source_s_nor_some_put_into_the_mirror()
    {
        using var proof = new TempFolder();
        _source.Commit(("a.txt", "one"));
        await (await _source.Workspaces.OpenAsync(_source.Task(), default)).DisposeAsync();
        foreach (var hooks in new[] { Path.Combine(_source.Folder, ".git", "hooks"), Path.Combine(Mirror, "hooks"), proof["hooks"] })
        {
            Directory.CreateDirectory(hooks);
            foreach (var hook in new[] { "post-checkout", "reference-transaction", "post-index-change", "pre-commit" })
            {
                File.WriteAllText(Path.Combine(hooks, hook), $"#!/bin/sh\necho {hook} >> {proof["ran"]}\n");
                File.SetUnixFileMode(Path.Combine(hooks, hook), (UnixFileMode)0b111_101_101);
            }
        }
        File.AppendAllText(Path.Combine(Mirror, "config"), $"[core]\n\thooksPath = {proof["hooks"]}\n\tfsmonitor = {proof["hooks"]}/pre-commit\n");

        await using (await _source.Workspaces.OpenAsync(_source.Task(), default))
            Assert.False(File.Exists(proof["ran"]));

        Assert.False(File.Exists(proof["ran"]));
    }

    [Fact]
    public async Task After_a_crash_all_that_nobody_works_on_is_removed_and_the_rest_is_kept()
    {
        _source.Commit(("a.txt", "one"));
        await using var alive = await _source.Workspaces.OpenAsync(_source.Task(2), default);
        var dead = await _source.Workspaces.OpenAsync(_source.Task(1), default);
        var (folder, mark) = (dead.Folder, dead.Mark);
        using var orphan = Process.Start(new ProcessStartInfo("setsid", ["sleep", "1000"]) { Environment = { [ProcessTree.MarkName] = $"{mark}/3" } })!;
        // A process that is killed frees its lock and nothing else.
        var root = Path.GetDirectoryName(folder)!;
        Directory.Move(root, root + ".kept");
        await dead.DisposeAsync();
        using var second = Process.Start(new ProcessStartInfo("setsid", ["sleep", "1000"]) { Environment = { [ProcessTree.MarkName] = $"{mark}/4" } })!;
        Directory.Move(root + ".kept", root);
        Directory.CreateDirectory(Path.Combine(folder, "locked"), UnixFileMode.UserRead);

        await _source.Workspaces.CleanUpAfterCrashAsync(default);

        await second.WaitForExitAsync();
        await orphan.WaitForExitAsync();
        Assert.False(Directory.Exists(root));
        Assert.True(File.Exists(Path.Combine(alive.Folder, "a.txt")));
        await alive.DisposeAsync();
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Leftovers_of_the_same_attempt_go_before_it_begins_again()
    {
        _source.Commit(("a.txt", "one"));
        var attempt = Path.Combine(_source.Options.Root, "attempts", _source.Task().AttemptId);
        Directory.CreateDirectory(Path.Combine(attempt, "work"));
        File.WriteAllText(Path.Combine(attempt, "work", "left.txt"), "left");

        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(), default);

        Assert.Equal([".git", "a.txt"], Directory.GetFileSystemEntries(workspace.Folder).Select(Path.GetFileName).Order());
    }
}
