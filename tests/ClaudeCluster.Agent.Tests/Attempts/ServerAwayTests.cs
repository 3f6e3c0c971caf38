using System.Net;

namespace ClaudeCluster.Agent.Tests;

public sealed class ServerAwayTests : IAsyncDisposable
{
    private const string Branch = "claude/wip/12-1-a1";
    private const string Secret = "ghs_one-time-secret-4711";

    private readonly SourceRepository _source = new();
    private readonly GitServer _server;
    private readonly HurriedTime _time = new();

    public ServerAwayTests()
    {
        _source.Commit(("total.txt", "1\n"));
        _server = new GitServer(Path.GetDirectoryName(_source.Folder)!, "x-access-token", Secret);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _source.Dispose();
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(429)]
    public async Task Fetch_and_push_are_tried_again_for_as_long_as_the_trouble_is_one_that_passes(int status)
    {
        var (fetches, pushes) = (0, 0);
        _server.Trouble = request => (IsPush(request) ? ++pushes : ++fetches) <= 3 ? status : null;

        var result = await RunAsync();

        Assert.True(result.Outcome is AttemptOutcome.Succeeded, OutcomeText.Describe(result.Outcome));
        Assert.Equal(_source.Git("rev-parse", Branch).Trim(), result.Commit?.Value);
        Assert.Equal(6, _time.Waits.Count);
        Assert.All(_time.Waits, wait => Assert.InRange(wait, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8)));
    }

    [Fact]
    public async Task A_server_that_stays_away_ends_the_attempt_as_the_hosts_matter_after_half_an_hour_and_what_was_paid_is_told()
    {
        _server.Trouble = request => IsPush(request) ? 503 : null;

        var result = await RunAsync();

        Assert.Contains("503", Assert.IsType<AttemptOutcome.HostNotReady>(result.Outcome).Detail, StringComparison.Ordinal);
        AssertWhatWasPaidIsTold(result);
        Assert.InRange(result.Usage.Duration, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(33));
        Assert.InRange(_time.Waits.Max(), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_refusal_is_told_at_once_and_what_was_paid_with_it()
    {
        _server.Trouble = request => IsPush(request) ? 403 : null;

        var result = await RunAsync();

        Assert.IsType<AttemptOutcome.Failed>(result.Outcome);
        AssertWhatWasPaidIsTold(result);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task A_coordinator_that_is_away_for_a_while_is_asked_again()
    {
        var asked = 0;

        var result = await RunAsync(credentials: _ => ++asked is > 1 and < 5 ? throw new CoordinatorAwayException("Connection refused") : Credential());

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Equal(3, _time.Waits.Count);
    }

    [Fact]
    public async Task An_agent_that_is_stopped_meanwhile_tries_once_more_and_hands_back()
    {
        using var stop = new CancellationTokenSource();
        var pushes = 0;
        _server.Trouble = request =>
        {
            if (!IsPush(request))
                return null;
            if (++pushes == 2)
                stop.Cancel();
            return 503;
        };

        var result = await RunAsync(stopping: stop.Token);

        Assert.IsType<AttemptOutcome.HandedBack>(result.Outcome);
        AssertWhatWasPaidIsTold(result);
        Assert.Equal(2, pushes);
    }

    [Theory]
    [InlineData("fatal: unable to access 'https://github.com/': Could not resolve host: github.com", true)]
    [InlineData("fatal: unable to access 'https://github.com/': Recv failure: Connection reset by peer", true)]
    [InlineData("error: RPC failed; HTTP 502 curl 22\nfatal: the remote end hung up unexpectedly", true)]
    [InlineData("batch response: Server error: https://github.com/acme/shop.git/info/lfs/objects/batch", true)]
    [InlineData("error: RPC failed; HTTP 413 curl 22\nfatal: the remote end hung up unexpectedly", false)]
    [InlineData("fatal: Authentication failed for 'https://github.com/acme/shop/'", false)]
    [InlineData("remote: error: GH013: Repository rule violations found\n ! [remote rejected]", false)]
    [InlineData("git@github.com: Permission denied (publickey).\nConnection closed by 1.2.3.4", false)]
    public void What_passes_by_itself_is_told_from_a_refusal(string errors, bool passes) =>
        Assert.Equal(passes, PassingTrouble.Is(new GitException("git push", 128, errors)));

    private static bool IsPush(HttpListenerRequest request) => request.Url!.PathAndQuery.Contains("git-receive-pack", StringComparison.Ordinal);

    private static void AssertWhatWasPaidIsTold(AttemptResult result)
    {
        Assert.Equal((1.5m, 7, "session-1", "I wrote it."), (result.Usage.Usd, result.Usage.Turns, result.ClaudeSession, result.Claimed));
        Assert.Equal("new.txt", Assert.Single(result.Diff!.Files).Path);
        // What is on no branch is no commit that anybody can go on from.
        Assert.Null(result.Commit);
    }

    private Task<AttemptResult> RunAsync(Func<AgentTask, Task<PushCredential?>>? credentials = null, CancellationToken stopping = default)
    {
        var options = _source.Options with { Credentials = (task, _) => (credentials ?? (_ => Credential()))(task) };
        var git = new Git(options, TimeProvider.System);
        var workspaces = new Workspaces(options, git, _ => new Uri(_server.Url, "source/.git").AbsoluteUri, TimeProvider.System);
        return new AttemptStory(options, new PaidCoder(), workspaces, git, _time).RunAsync(_source.Task(), null, stopping);
    }

    private static Task<PushCredential?> Credential() => Task.FromResult<PushCredential?>(new("x-access-token", Secret, DateTimeOffset.MaxValue));

    private sealed class PaidCoder : ICoder
    {
        public string Name => "paid";

        public async Task<CoderReport> RunAsync(CoderJob job, CancellationToken cancellationToken)
        {
            await File.WriteAllTextAsync(Path.Combine(job.Folder, "new.txt"), "new\n", cancellationToken);
            return new CoderReport { Claimed = "I wrote it.", Session = "session-1", Usage = new Usage { Usd = 1.5m, Turns = 7 } };
        }
    }
}
