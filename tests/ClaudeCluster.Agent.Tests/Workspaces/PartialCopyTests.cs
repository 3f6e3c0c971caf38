namespace ClaudeCluster.Agent.Tests;

/// <summary>Mirrors without the files of old commits, from a server that wants a credential for each contact.</summary>
public sealed class PartialCopyTests : IAsyncDisposable
{
    private const string Secret = "ghs_for_this_contact_only";

    private readonly SourceRepository _source = new();
    private readonly GitServer _server;
    private bool _isPartial = true;
    private int _asked;

    public PartialCopyTests()
    {
        _source.Git("config", "uploadpack.allowFilter", "true");
        _source.Commit(("total.sh", "echo one\n"), ("old.txt", "only in the past\n"), ("test.sh", "sh total.sh\n"));
        File.Delete(Path.Combine(_source.Folder, "old.txt"));
        _source.Commit(("total.sh", "echo two\n"));
        _server = new GitServer(Path.GetDirectoryName(_source.Folder)!, "x-access-token", Secret);
    }

    [Fact]
    public async Task Files_of_old_commits_are_not_fetched_and_a_coder_that_looks_for_them_asks_nobody()
    {
        await using var workspace = await OpenAsync(1);
        var contacts = (_server.Authorized, _server.Refused, _asked);

        Assert.Equal("echo two\n", File.ReadAllText(Path.Combine(workspace.Folder, "total.sh")));
        Assert.Equal(string.Empty, SourceRepository.GitIn(workspace.Folder, "status", "--porcelain"));
        Assert.Equal(2, SourceRepository.GitIn(workspace.Folder, "log", "--format=%h").Trim().Split('\n').Length);
        var refused = Assert.Throws<InvalidOperationException>(() => SourceRepository.GitIn(workspace.Folder, "show", "HEAD~1:old.txt"));

        Assert.Contains("bad object", refused.Message, StringComparison.Ordinal);
        Assert.Equal(contacts, (_server.Authorized, _server.Refused, _asked));
        Assert.DoesNotContain("promisor", File.ReadAllText(Path.Combine(Mirror, "config")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attempt_is_committed_verified_judged_and_pushed_with_one_contact_more_than_with_all_files()
    {
        var result = await PlayAsync(1, "- {edit: total.sh, replace: two, with: three}\n- {run: 'rm test.sh; echo true > test.sh'}\n");

        Assert.True(result.Outcome is AttemptOutcome.Succeeded, OutcomeText.Describe(result.Outcome));
        Assert.Equal("echo three\n", _source.Show("claude/wip/12-1-a1", "total.sh"));
        Assert.Equal(["test.sh", "total.sh"], result.Diff?.Files.Select(file => file.Path));
        Assert.True(Assert.Single(result.Verified).Passed);
        Assert.Equal(3, _asked);
        Assert.False(_server.WasInAnArgument);
    }

    [Fact]
    public async Task The_next_attempt_fetches_what_is_new_and_what_came_back_from_the_past()
    {
        await (await OpenAsync(1)).DisposeAsync();
        _asked = 0;
        await (await OpenAsync(2)).DisposeAsync();
        Assert.Equal(1, _asked);
        _source.Commit(("total.sh", "echo one\n"), ("old.txt", "only in the past\n"), ("new.txt", "new\n"));

        await using var third = await OpenAsync(3);

        Assert.Equal("echo one\n", File.ReadAllText(Path.Combine(third.Folder, "total.sh")));
        Assert.Equal("only in the past\n", File.ReadAllText(Path.Combine(third.Folder, "old.txt")));
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(third.Folder, "new.txt")));
    }

    [Fact]
    public async Task Work_of_an_attempt_before_is_gone_on_with_and_compared_with_where_it_left_the_base()
    {
        var first = await PlayAsync(1, "- {edit: total.sh, replace: two, with: three}\n");
        FolderRemoval.Remove(_source.Options.Root);
        _source.Commit(("total.sh", "echo four\n"));

        var second = await PlayAsync(2, "- {write: more.txt, text: more}\n", new EarlierAttempt(new AgentId("pc-2"), first.Commit, "It is not done.", null));

        Assert.True(second.Outcome is AttemptOutcome.Succeeded, OutcomeText.Describe(second.Outcome));
        Assert.Equal([new FileChange("more.txt", 1, 0), new FileChange("total.sh", 1, 1)], second.Diff?.Files);
    }

    [Fact]
    public async Task A_server_that_knows_no_filter_sends_everything_and_the_attempt_works()
    {
        _source.Git("config", "uploadpack.allowFilter", "false");

        var result = await PlayAsync(1, "- {edit: total.sh, replace: two, with: three}\n");

        Assert.True(result.Outcome is AttemptOutcome.Succeeded, OutcomeText.Describe(result.Outcome));
        Assert.Equal("only in the past\n", SourceRepository.GitIn(Mirror, "show", "refs/remotes/origin/trunk~1:old.txt"));
    }

    [Fact]
    public async Task Where_it_is_switched_off_again_the_mirror_becomes_whole()
    {
        await (await OpenAsync(1)).DisposeAsync();
        _isPartial = false;

        await using var second = await OpenAsync(2);

        Assert.Equal("only in the past\n", SourceRepository.GitIn(second.Folder, "show", "HEAD~1:old.txt"));
    }

    [Fact]
    public async Task Where_it_is_switched_on_later_the_whole_mirror_goes_on()
    {
        _isPartial = false;
        await (await OpenAsync(1)).DisposeAsync();
        _isPartial = true;
        _source.Commit(("new.txt", "new\n"));

        await using var second = await OpenAsync(2);

        Assert.Equal("new\n", File.ReadAllText(Path.Combine(second.Folder, "new.txt")));
        Assert.Equal("only in the past\n", SourceRepository.GitIn(second.Folder, "show", "HEAD~2:old.txt"));
    }

    [Fact]
    public async Task What_it_does_not_have_is_no_damage_and_real_damage_is_mended()
    {
        await (await OpenAsync(1)).DisposeAsync();
        var made = Directory.GetCreationTimeUtc(Mirror);
        Directory.Move(_source.Folder, $"{_source.Folder}-away");
        await Assert.ThrowsAsync<GitException>(() => OpenAsync(2));
        Assert.True(Directory.Exists(Path.Combine(Mirror, "objects")), "A server that was away cost the mirror.");
        Assert.Equal(made, Directory.GetCreationTimeUtc(Mirror));

        Directory.Move($"{_source.Folder}-away", _source.Folder);
        foreach (var pack in Directory.GetFiles(Path.Combine(Mirror, "objects", "pack")))
            FolderRemoval.Remove(pack);
        await using var third = await OpenAsync(3);

        Assert.Equal("echo two\n", File.ReadAllText(Path.Combine(third.Folder, "total.sh")));
    }

    private string Mirror => Path.Combine(_source.Options.Root, "mirrors", "4711.git");

    private Task<Workspace> OpenAsync(int attempt)
    {
        var options = Options();
        return Workspaces(options).OpenAsync(_source.Task(attempt), default);
    }

    private Task<AttemptResult> PlayAsync(int attempt, string steps, EarlierAttempt? earlier = null)
    {
        var options = Options();
        var coder = new ScriptedCoder(CoderScript.Read($"steps:\n{steps}", "play.yml"), options, TimeProvider.System);
        var task = _source.Task(attempt) with { Tests = [new TestCommand("sh test.sh")], Earlier = earlier };
        return new AttemptStory(options, coder, Workspaces(options), new Git(options, TimeProvider.System), TimeProvider.System).RunAsync(task, null, default);
    }

    private Workspaces Workspaces(AgentOptions options) =>
        new(options, new Git(options, TimeProvider.System), _ => new Uri(_server.Url, "source/.git").AbsoluteUri, TimeProvider.System);

    private AgentOptions Options() => _source.Options with { PartialMirrors = _isPartial, Credentials = (_, _) => Ask() };

    private Task<PushCredential?> Ask()
    {
        _asked++;
        return Task.FromResult<PushCredential?>(new PushCredential("x-access-token", Secret, DateTimeOffset.MaxValue));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _source.Dispose();
    }
}
