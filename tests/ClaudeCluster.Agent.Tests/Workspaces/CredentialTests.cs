namespace ClaudeCluster.Agent.Tests;

public sealed class CredentialTests : IAsyncDisposable
{
    private const string Secret = "ghs_'one \"time\" $secret`4711";

    private readonly SourceRepository _source = new();
    private readonly GitServer _server;
    private readonly List<string> _asked = [];
    private PushCredential? _credential = new("x-access-token", Secret, DateTimeOffset.MaxValue);

    public CredentialTests()
    {
        _source.Commit(("total.sh", "echo 1\n"), ("test.sh", "true\n"));
        _server = new GitServer(Path.GetDirectoryName(_source.Folder)!, "x-access-token", Secret);
    }

    [Fact]
    public async Task Fetch_and_push_each_ask_for_a_credential_and_nothing_of_the_attempt_ever_sees_it()
    {
        // The coder and the tests look at all that they can, every process of the PC and everything below the agent's root, and count the lines that
        // have a piece of the secret. The pattern does not match itself.
        var look = $"(env; for p in /proc/[0-9]*; do tr '\\0' '\\n' < $p/environ; tr '\\0' ' ' < $p/cmdline; done; cat {_source.Options.Root}/mirrors/*/config .git; grep -r one {_source.Options.Root}) 2> /dev/null | grep -c 'one .[t]ime'";

        var result = await PlayAsync($"- {{run: \"{look.Replace("\\", "\\\\", StringComparison.Ordinal)} > seen.txt; true\"}}\n", new TestCommand($"echo \"found $( {look})\""));

        Assert.True(result.Outcome is AttemptOutcome.Succeeded, OutcomeText.Describe(result.Outcome));
        Assert.Equal(["issue-4711-12-1-a1", "issue-4711-12-1-a1"], _asked);
        Assert.Equal("0", _source.Show("claude/wip/12-1-a1", "seen.txt").Trim());
        Assert.Contains("found 0", result.Verified[0].Tail, StringComparison.Ordinal);
        Assert.False(_server.WasInAnArgument);
        Assert.True(_server.Authorized >= 4, $"{_server.Authorized} requests had the credential.");
        Assert.DoesNotContain(Directory.EnumerateFiles(_source.Options.Root, "*", SearchOption.AllDirectories), file => File.ReadAllText(file).Contains("\"time\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_or_a_missing_credential_is_the_hosts_matter_and_stands_in_no_message()
    {
        _credential = new PushCredential("x-access-token", "a-wrong-secret", DateTimeOffset.MaxValue);
        var wrong = Assert.IsType<AttemptOutcome.HostNotReady>((await PlayAsync("- {say: hello}\n")).Outcome);
        _credential = null;
        var missing = Assert.IsType<AttemptOutcome.HostNotReady>((await PlayAsync("- {say: hello}\n")).Outcome);

        Assert.Contains("Authentication failed", wrong.Detail, StringComparison.Ordinal);
        Assert.Contains("Refused: x-access-token:", wrong.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("a-wrong-secret", wrong.Detail, StringComparison.Ordinal);
        Assert.Contains("could not read Username", missing.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_sends_git_elsewhere_is_not_followed()
    {
        await using var elsewhere = new GitServer(Path.GetDirectoryName(_source.Folder)!, "x-access-token", Secret);
        _server.Elsewhere = elsewhere.Url;

        var result = await PlayAsync("- {say: hello}\n");

        Assert.True(_server.Authorized > 0);
        Assert.Equal((0, 0), (elsewhere.Authorized, elsewhere.Refused));
        Assert.IsType<AttemptOutcome.Failed>(result.Outcome);
    }

    [Fact]
    public async Task In_the_clear_it_goes_to_this_PC_only()
    {
        var source = new GitSource("http://git.example.org/shop.git", _source.Task(), (_, _) => Task.FromResult(_credential));

        var refused = await Assert.ThrowsAsync<HostNotReadyException>(() => source.ContactAsync(new GitPlace("/", "x"), CancellationToken.None));

        Assert.Contains("in the clear", refused.Detail, StringComparison.Ordinal);
    }

    private Task<AttemptResult> PlayAsync(string steps, TestCommand? test = null, PushCredentialSource? credentials = null)
    {
        var options = _source.Options with { Credentials = credentials ?? ((task, _) => Ask(task.AttemptId)) };
        var git = new Git(options, TimeProvider.System);
        var workspaces = new Workspaces(options, git, _ => new Uri(_server.Url, "source/.git").AbsoluteUri, TimeProvider.System);
        var coder = new ScriptedCoder(CoderScript.Read($"steps:\n{steps}", "play.yml"), options, TimeProvider.System);
        var task = _source.Task() with { Tests = test is null ? [] : [test] };
        return new AttemptStory(options, coder, workspaces, git, TimeProvider.System).RunAsync(task, null, default);
    }

    private Task<PushCredential?> Ask(string attempt)
    {
        _asked.Add(attempt);
        return Task.FromResult(_credential);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _source.Dispose();
    }
}
