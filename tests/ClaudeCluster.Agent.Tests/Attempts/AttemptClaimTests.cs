using ClaudeCluster.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.Agent.Tests;

public sealed class AttemptClaimTests : IDisposable
{
    private readonly SourceRepository _source = new();
    private readonly Referee _referee = new();

    public void Dispose() => _source.Dispose();

    private Task<AttemptStatus?> TakeAsync() =>
        new AttemptClaim(new DurableTaskClient(_referee), _source.Options, TimeProvider.System).TakeAsync("issue-4711-12-1-a1", default);

    [Fact]
    public async Task The_agent_says_who_it_is_and_works_when_it_is_named()
    {
        _referee.Answers = [null, null, _source.Options.WorkerId];

        Assert.Equal(3m, (await TakeAsync())?.BudgetUsd);
        Assert.Equal(("issue-4711-12-1-a1", nameof(AttemptStarted)), (_referee.Asked, _referee.EventName));
        Assert.Contains($"\"{_source.Options.WorkerId}\"", _referee.Payload, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_owner_means_hands_off()
    {
        _referee.Answers = [null, "pc-2/1/x"];

        Assert.Null(await TakeAsync());
    }

    [Fact]
    public async Task An_attempt_that_ended_meanwhile_means_hands_off()
    {
        _referee.Answers = [_source.Options.WorkerId];
        _referee.Status = OrchestrationRuntimeStatus.Terminated;

        Assert.Null(await TakeAsync());
    }

    [Fact]
    public async Task An_attempt_that_is_gone_means_hands_off()
    {
        _referee.IsGone = true;

        Assert.Null(await TakeAsync());
    }

    [Fact]
    public async Task A_connection_that_is_cut_at_the_claim_costs_no_attempt()
    {
        _referee.Answers = [null, _source.Options.WorkerId];
        _referee.Cuts = new([Cut.BeforeTheQuestion, Cut.AfterTheQuestion, Cut.None, Cut.AtTheLook]);

        Assert.Equal(3m, (await TakeAsync())?.BudgetUsd);
        Assert.Equal(3, _referee.Questions);
    }

    [Fact]
    public async Task What_the_hub_does_not_want_is_not_asked_again()
    {
        _referee.Cuts = new([Cut.Refused]);

        await Assert.ThrowsAsync<NoAnswer>(TakeAsync);
        Assert.Equal(1, _referee.Questions);
    }

    [Fact]
    public async Task The_activity_is_withdrawn_without_a_claim_and_works_with_one()
    {
        _source.Commit(("a.txt", "one"));
        var registry = new DurableTaskRegistry().AddAgent(_source.Options, new Idle(), _ => _source.Folder);
        Assert.Equal(["RunAgent:backend", "RunAgent:backend@pc-1"], registry.Activities.Select(name => name.Name).Order(StringComparer.Ordinal));

        _referee.Answers = ["somebody else", _source.Options.WorkerId];
        var first = await RunAsync();
        var second = await RunAsync();

        Assert.IsType<AttemptOutcome.Withdrawn>(first.Outcome);
        Assert.IsType<AttemptOutcome.NoChanges>(second.Outcome);
        Assert.Equal(3m, Idle.Budget);
    }

    private Task<AttemptResult> RunAsync()
    {
        var story = new AttemptStory(_source.Options, new Idle(), _source.Workspaces, _source.Commands, TimeProvider.System);
        return new RunAgent(_source.Options, new DurableTaskClient(_referee), story, new PlainDesk(null), TimeProvider.System, NullLogger.Instance).RunAsync(null!, _source.Task());
    }

    private sealed class Idle : ICoder
    {
        public static decimal Budget { get; private set; }

        public string Name => "idle";

        public Task<CoderReport> RunAsync(CoderJob job, CancellationToken cancellationToken)
        {
            Budget = job.Limits.Usd;
            return Task.FromResult(new CoderReport());
        }
    }
}
