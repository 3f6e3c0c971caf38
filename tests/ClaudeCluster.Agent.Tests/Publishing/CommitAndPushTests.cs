namespace ClaudeCluster.Agent.Tests;

public sealed class CommitAndPushTests : IDisposable
{
    private const string Branch = "claude/wip/12-1-a1";

    private readonly SourceRepository _source = new();
    private readonly CommitAndPush _publishing;

    public CommitAndPushTests() => _publishing = new CommitAndPush(_source.Commands);

    public void Dispose() => _source.Dispose();

    private async Task<CommitId> PublishAsync(Action<string> edit, AgentTask? task = null)
    {
        task ??= _source.Task();
        await using var workspace = await _source.Workspaces.OpenAsync(task, default);
        edit(workspace.Folder);
        var commit = await _publishing.CommitAsync(workspace, CommitMessage.Write(task), default);
        await _publishing.PushAsync(workspace, commit, task.AttemptBranch, default);
        return commit;
    }

    private string[] FilesOf(CommitId commit) => _source.Git("ls-tree", "-r", "--name-only", "-z", commit.Value).Split('\0', StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public async Task The_commit_stands_on_its_own_branch_with_our_author_and_the_trailers()
    {
        var head = _source.Commit(("a.txt", "one"));

        var commit = await PublishAsync(folder => File.WriteAllText(Path.Combine(folder, "a.txt"), "two"));

        Assert.Equal(commit.Value, _source.Git("rev-parse", Branch).Trim());
        Assert.Equal(head, _source.Git("rev-parse", $"{Branch}^").Trim());
        Assert.Equal("ClaudeCluster <agent@claude-cluster.invalid>", _source.Git("log", "-1", "--format=%an <%ae>", Branch).Trim());
        Assert.Equal("issue-4711-12-1-a1", _source.Git("log", "-1", "--format=%(trailers:key=Claude-Cluster-Attempt,valueonly)", Branch).Trim());
        Assert.Equal("two", _source.Show(Branch, "a.txt"));
        Assert.Equal(head, _source.Git("rev-parse", "trunk").Trim());
    }

    [Fact]
    public async Task Ignored_files_stay_out_and_deleted_moved_and_new_ones_are_in()
    {
        _source.Commit((".gitignore", "junk/\n*.log\n"), ("a.txt", "a"), ("b.txt", "b"));

        var commit = await PublishAsync(folder =>
        {
            Directory.CreateDirectory(Path.Combine(folder, "junk"));
            File.WriteAllText(Path.Combine(folder, "junk", "x"), "x");
            File.WriteAllText(Path.Combine(folder, "y.log"), "y");
            File.Delete(Path.Combine(folder, "a.txt"));
            File.Move(Path.Combine(folder, "b.txt"), Path.Combine(folder, "c\nd.txt"));
            File.WriteAllText(Path.Combine(folder, "-x"), "dash");
        });

        Assert.Equal(["-x", ".gitignore", "c\nd.txt"], FilesOf(commit).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_change_there_is_no_commit()
    {
        var head = _source.Commit(("a.txt", "one"));
        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(), default);
        File.WriteAllText(Path.Combine(workspace.Folder, "a.txt"), "two");
        File.WriteAllText(Path.Combine(workspace.Folder, "a.txt"), "one");

        var commit = await _publishing.CommitAsync(workspace, "message", default);

        Assert.Equal(head, commit.Value);
        Assert.False(await _publishing.ChangesAnythingAsync(workspace, commit, default));
    }

    [Fact]
    public async Task What_a_coder_did_to_git_plays_no_part()
    {
        using var proof = new TempFolder();
        var head = _source.Commit(("a.txt", "one"));

        var commit = await PublishAsync(folder =>
        {
            var evil = proof.Write("evil", $"#!/bin/sh\necho ran >> {proof["ran"]}\n");
            File.SetUnixFileMode(evil, (UnixFileMode)0b111_101_101);
            File.WriteAllText(Path.Combine(folder, "a.txt"), "two");
            SourceRepository.GitIn(folder, "commit", "--quiet", "--all", "--message=mine [skip ci]");
            SourceRepository.GitIn(folder, "rm", "--quiet", "--cached", "a.txt");
            SourceRepository.GitIn(folder, "switch", "--quiet", "--detach");
            File.WriteAllText(Path.Combine(folder, ".gitattributes"), "* filter=evil\n");
            SourceRepository.GitIn(folder, "config", "filter.evil.clean", evil);
            SourceRepository.GitIn(folder, "config", "core.fsmonitor", evil);
            File.WriteAllText(Path.Combine(folder, ".git"), $"gitdir: {proof.Root}\n");
        });

        Assert.Equal(head, _source.Git("rev-parse", $"{Branch}^").Trim());
        Assert.Equal("two", _source.Show(commit.Value, "a.txt"));
        Assert.StartsWith("Totals are wrong", _source.Git("log", "-1", "--format=%B", Branch), StringComparison.Ordinal);
        Assert.False(File.Exists(proof["ran"]));
    }

    [Fact]
    public async Task A_repository_inside_the_repository_stays_out_and_its_configuration_does_not_run()
    {
        using var proof = new TempFolder();
        _source.Commit(("a.txt", "one"));
        var evil = proof.Write("evil", $"#!/bin/sh\necho ran >> {proof["ran"]}\n");
        File.SetUnixFileMode(evil, (UnixFileMode)0b111_101_101);

        var commit = await PublishAsync(folder =>
        {
            var inner = Directory.CreateDirectory(Path.Combine(folder, "inner")).FullName;
            SourceRepository.GitIn(inner, "init", "--quiet");
            File.WriteAllText(Path.Combine(inner, "x"), "x");
            SourceRepository.GitIn(inner, "add", "x");
            SourceRepository.GitIn(inner, "commit", "--quiet", "--message=x");
            SourceRepository.GitIn(inner, "config", "core.fsmonitor", evil);
            File.WriteAllText(Path.Combine(folder, "b.txt"), "b");
        });

        Assert.Equal(["a.txt", "b.txt"], FilesOf(commit));
        Assert.False(File.Exists(proof["ran"]));
    }

    [Fact]
    public async Task A_submodule_stays_as_it_is()
    {
        _source.Commit(("a.txt", "one"));
        var head = _source.Git("rev-parse", "HEAD").Trim();
        _source.Git("update-index", "--add", "--cacheinfo", $"160000,{head},module");
        _source.Git("commit", "--quiet", "--message=module");

        var commit = await PublishAsync(folder =>
        {
            var module = Directory.CreateDirectory(Path.Combine(folder, "module")).FullName;
            SourceRepository.GitIn(module, "init", "--quiet");
            SourceRepository.GitIn(module, "commit", "--quiet", "--allow-empty", "--message=other");
            File.WriteAllText(Path.Combine(folder, "b.txt"), "b");
        });

        Assert.Contains($"160000 commit {head}\tmodule", _source.Git("ls-tree", commit.Value), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_may_be_repeated_and_a_later_one_of_the_same_attempt_wins()
    {
        _source.Commit(("a.txt", "one"));
        await PublishAsync(folder => File.WriteAllText(Path.Combine(folder, "a.txt"), "first"));
        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(), default);
        File.WriteAllText(Path.Combine(workspace.Folder, "a.txt"), "second");
        var commit = await _publishing.CommitAsync(workspace, "message", default);

        await _publishing.PushAsync(workspace, commit, Branch, default);
        await _publishing.PushAsync(workspace, commit, Branch, default);

        Assert.Equal("second", _source.Show(Branch, "a.txt"));
    }

    [Theory]
    [InlineData("trunk")]
    [InlineData("claude/issue-12")]
    [InlineData("claude/wip/12-1-a1:refs/heads/trunk")]
    public async Task No_other_branch_is_pushed(string branch)
    {
        _source.Commit(("a.txt", "one"));
        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(), default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => _publishing.PushAsync(workspace, workspace.Start, branch, default));
    }

    [Fact]
    public async Task The_source_s_own_hooks_do_not_run_on_our_push()
    {
        using var proof = new TempFolder();
        _source.Commit(("a.txt", "one"));
        foreach (var hook in new[] { "pre-receive", "update", "post-receive", "reference-transaction" })
        {
            var file = Path.Combine(_source.Folder, ".git", "hooks", hook);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, $"#!/bin/sh\necho {hook} >> {proof["ran"]}\n");
            File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
        }

        await PublishAsync(folder => File.WriteAllText(Path.Combine(folder, "a.txt"), "two"));

        Assert.False(File.Exists(proof["ran"]));
    }
}
