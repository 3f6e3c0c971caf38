using ClaudeCluster.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.Agent.Tests;

/// <summary>An attempt that its flow ends while an agent works on it, with a coordinator that gives the credentials.</summary>
public sealed class EndedAttemptTests : IAsyncDisposable
{
    private const string Branch = "claude/wip/12-1-a1";
    private const string Secret = "ghs_one-time-secret-4711";

    private readonly SourceRepository _source = new();
    private readonly GitServer _server;
    private readonly Referee _referee = new();
    private readonly Coordinator _coordinator = new();
    private readonly OfferGate _gate = new(TimeProvider.System);

    public EndedAttemptTests()
    {
        _source.Commit(("total.txt", "1\n"));
        _server = new GitServer(Path.GetDirectoryName(_source.Folder)!, "x-access-token", Secret);
        _referee.Answers = [_source.Options.WorkerId];
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _gate.Dispose();
        _source.Dispose();
    }

    [Fact]
    public async Task Work_in_progress_is_pushed_and_the_offer_stays_open()
    {
        var result = await RunAsync();

        Assert.Equal("ada", Assert.IsType<AttemptOutcome.Cancelled>(result.Outcome).By);
        Assert.Equal("half\n", _source.Show(Branch, "new.txt"));
        Assert.Equal(_source.Git("rev-parse", Branch).Trim(), result.Commit?.Value);
        Assert.Equal(2, _coordinator.Asked);
        Assert.True(_gate.IsOpen, _gate.Problem);
    }

    [Fact]
    public async Task A_credential_that_is_refused_because_it_is_too_late_pushes_nothing_and_closes_no_offer()
    {
        _coordinator.IsTooLate = () => _coordinator.Asked > 1;

        var result = await RunAsync();

        Assert.Equal("ada", Assert.IsType<AttemptOutcome.Cancelled>(result.Outcome).By);
        Assert.Equal(1.5m, result.Usage.Usd);
        Assert.Empty(_source.Git("for-each-ref", "refs/heads/claude"));
        Assert.True(_gate.IsOpen, _gate.Problem);
    }

    private async Task<AttemptResult> RunAsync()
    {
        var options = _source.Options with { Credentials = new PushCredentials(_coordinator, _source.Options.AgentId, null, TimeProvider.System).FindAsync };
        var git = new Git(options, TimeProvider.System);
        var workspaces = new Workspaces(options, git, _ => new Uri(_server.Url, "source/.git").AbsoluteUri, TimeProvider.System);
        var story = new AttemptStory(options, new HalfWay(_referee), workspaces, git, TimeProvider.System);
        using var places = new MemoryStream();
        var logs = new AttemptLogs(Path.Combine(options.Root, "logs"), 100_000, TimeSpan.FromDays(1), text => text, TimeProvider.System);
        var desk = new AttemptDesk(options.AgentId, _ => Task.FromResult<IDisposable>(places), _gate, _coordinator, logs, text => text, TimeProvider.System, NullLogger.Instance, CancellationToken.None);
        return await new RunAgent(options, new DurableTaskClient(_referee), story, desk, TimeProvider.System, NullLogger.Instance).RunAsync(null!, _source.Task());
    }

    /// <summary>Is in the middle of its work when the attempt ends.</summary>
    private sealed class HalfWay(Referee referee) : ICoder
    {
        public string Name => "half way";

        public async Task<CoderReport> RunAsync(CoderJob job, CancellationToken cancellationToken)
        {
            await File.WriteAllTextAsync(Path.Combine(job.Folder, "new.txt"), "half\n", CancellationToken.None);
            referee.End("ada");
            await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken));
            return new CoderReport { Usage = new Usage { Usd = 1.5m } };
        }
    }

    private sealed class Coordinator : ICoordinatorLink
    {
        public int Asked { get; private set; }

        public Func<bool> IsTooLate { get; set; } = () => false;

        public Task<AgentOrders> ReportAsync(AgentReport report, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ProgressAnswer> TellAsync(string attemptId, AttemptProgress progress, CancellationToken cancellationToken) => Task.FromResult(new ProgressAnswer([]));

        public Task<PushCredential?> AskForPushAsync(string attemptId, PushCredentialRequest request, CancellationToken cancellationToken)
        {
            Asked++;
            return IsTooLate() ? throw new AttemptEndedException("HTTP 409") : Task.FromResult<PushCredential?>(new("x-access-token", Secret, DateTimeOffset.MaxValue));
        }
    }
}
