namespace ClaudeCluster.Agent.Tests;

public sealed class LargeFilesOverHttpTests : IAsyncDisposable
{
    private const string Branch = "claude/wip/12-1-a1";
    private const string Secret = "ghs_one-time-secret-4711";

    private readonly SourceRepository _source = new();
    private readonly string _big = new('x', 20_000);
    private readonly GitServer _server;

    public LargeFilesOverHttpTests()
    {
        _source.Git("config", "filter.lfs.process", "git-lfs filter-process");
        _source.Git("config", "filter.lfs.required", "true");
        _source.Commit((".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n"), ("big.bin", _big));
        _server = new GitServer(Path.GetDirectoryName(_source.Folder)!, "x-access-token", Secret);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _source.Dispose();
    }

    [Fact]
    public async Task Objects_are_fetched_and_stored_with_the_attempt_s_credential()
    {
        await using var workspace = await Workspaces().OpenAsync(_source.Task(1), default);
        Assert.Equal(_big, File.ReadAllText(Path.Combine(workspace.Folder, "big.bin")));
        File.WriteAllText(Path.Combine(workspace.Folder, "big.bin"), "changed");
        var publishing = new CommitAndPush(_source.Commands);
        var commit = await publishing.CommitAsync(workspace, "work", default);

        await publishing.PushAsync(workspace, commit, Branch, default);

        _source.Git("-c", "advice.detachedHead=false", "checkout", "--quiet", Branch);
        Assert.Equal("changed", File.ReadAllText(Path.Combine(_source.Folder, "big.bin")));
    }

    [Fact]
    public async Task A_server_that_sends_git_lfs_elsewhere_does_not_send_the_credential_with_it()
    {
        await using var elsewhere = new GitServer(Path.GetDirectoryName(_source.Folder)!, "x-access-token", Secret);
        _server.ObjectsAt = elsewhere.Url;

        await Assert.ThrowsAsync<GitException>(() => Workspaces().OpenAsync(_source.Task(1), default));

        Assert.True(elsewhere.Refused > 0);
        Assert.Empty(elsewhere.Shown);
    }

    private Workspaces Workspaces()
    {
        var options = _source.Options with { Credentials = (_, _) => Task.FromResult<PushCredential?>(new("x-access-token", Secret, DateTimeOffset.MaxValue)) };
        return new Workspaces(options, new Git(options, TimeProvider.System), _ => new Uri(_server.Url, "source/.git").AbsoluteUri, TimeProvider.System);
    }
}
