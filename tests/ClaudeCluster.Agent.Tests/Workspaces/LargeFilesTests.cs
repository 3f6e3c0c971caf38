namespace ClaudeCluster.Agent.Tests;

public sealed class LargeFilesTests : IDisposable
{
    private const string Branch = "claude/wip/12-1-a1";

    private readonly SourceRepository _source = new();
    private readonly string _big = new('x', 20_000);

    public LargeFilesTests()
    {
        _source.Git("config", "filter.lfs.process", "git-lfs filter-process");
        _source.Git("config", "filter.lfs.required", "true");
        _source.Commit((".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n"), ("big.bin", _big), ("a.txt", "one\n"));
        Assert.StartsWith("version https://git-lfs", _source.Show("HEAD", "big.bin"), StringComparison.Ordinal);
    }

    public void Dispose() => _source.Dispose();

    private Workspaces Workspaces(string path = "/usr/local/bin:/usr/bin:/bin")
    {
        var options = _source.Options with { Sandbox = new SandboxOptions(), Environment = new Dictionary<string, string> { ["PATH"] = path } };
        return new Workspaces(options, new Git(options, TimeProvider.System), _ => _source.Folder, TimeProvider.System);
    }

    [Fact]
    public async Task Large_files_are_real_for_the_coder_and_for_the_tests_and_in_the_next_attempt()
    {
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await using (var workspace = await Workspaces().OpenAsync(_source.Task(attempt), default))
            {
                Assert.Equal(_big, File.ReadAllText(Path.Combine(workspace.Folder, "big.bin")));
                Assert.Equal(workspace.Start, await new CommitAndPush(_source.Commands).CommitAsync(workspace, "nothing", default));
                var checkout = await workspace.CheckOutAsync(workspace.Start, default);
                Assert.Equal(_big, File.ReadAllText(Path.Combine(checkout, "big.bin")));
                workspace.RemoveCheckOut();
            }
            await Workspaces().SettleAsync();
            _source.AssertNothingIsLeft();
        }
    }

    [Fact]
    public async Task A_large_file_that_was_changed_is_a_pointer_in_the_commit_and_its_object_is_there_before_the_branch()
    {
        await using var workspace = await Workspaces().OpenAsync(_source.Task(1), default);
        File.WriteAllText(Path.Combine(workspace.Folder, "big.bin"), "changed");
        var publishing = new CommitAndPush(_source.Commands);
        var commit = await publishing.CommitAsync(workspace, "work", default);
        var checkout = await workspace.CheckOutAsync(commit, default);
        Assert.Equal("changed", File.ReadAllText(Path.Combine(checkout, "big.bin")));
        workspace.RemoveCheckOut();

        await publishing.PushAsync(workspace, commit, Branch, default);

        Assert.StartsWith("version https://git-lfs", _source.Show(Branch, "big.bin"), StringComparison.Ordinal);
        _source.Git("-c", "advice.detachedHead=false", "checkout", "--quiet", Branch);
        Assert.Equal("changed", File.ReadAllText(Path.Combine(_source.Folder, "big.bin")));
        await workspace.DisposeAsync();
        await Workspaces().SettleAsync();
    }

    [Fact]
    public async Task A_repository_s_own_lfsconfig_sends_nobody_elsewhere()
    {
        _source.Commit((".lfsconfig", "[lfs]\n\turl = http://127.0.0.1:1/elsewhere\n\tpushurl = http://127.0.0.1:1/elsewhere\n\tfetchexclude = *\n"));

        await using var workspace = await Workspaces().OpenAsync(_source.Task(1), default);

        Assert.Equal(_big, File.ReadAllText(Path.Combine(workspace.Folder, "big.bin")));
        await workspace.DisposeAsync();
        await Workspaces().SettleAsync();
    }

    [Fact]
    public async Task Without_git_lfs_the_host_is_not_ready_and_the_fix_names_the_package()
    {
        using var bin = new TempFolder();
        File.CreateSymbolicLink(bin["git"], "/usr/bin/git");

        var failure = await Assert.ThrowsAsync<HostNotReadyException>(() => Workspaces(bin.Root).OpenAsync(_source.Task(1), default));

        Assert.Contains("git-lfs", failure.Detail, StringComparison.Ordinal);
        Assert.Contains("apt-get install git-lfs", failure.Fix, StringComparison.Ordinal);
        await Workspaces().SettleAsync();
        _source.AssertNothingIsLeft();
    }
}
