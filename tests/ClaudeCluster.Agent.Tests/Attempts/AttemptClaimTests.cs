using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.History;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.WorkItems;
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

    private enum Cut
    {
        None,
        BeforeTheQuestion,
        AfterTheQuestion,
        AtTheLook,
        Refused,
    }

    private sealed class NoAnswer(bool isUnanswered) : HubCallException("The connection was cut.")
    {
        public override bool IsUnanswered => isUnanswered;
    }

    /// <summary>A hub with one attempt, which names an owner in its own time.</summary>
    private sealed class Referee : ITaskHub
    {
        private int _looks;

        public string?[] Answers { get; set; } = [];

        public OrchestrationRuntimeStatus Status { get; set; } = OrchestrationRuntimeStatus.Running;

        public bool IsGone { get; set; }

        /// <summary>What happens to each call; nothing to those after the last.</summary>
        public Queue<Cut> Cuts { get; set; } = new();

        public int Questions { get; private set; }

        public string? Asked { get; private set; }

        public string? EventName { get; private set; }

        public string? Payload { get; private set; }

        public Task RequestAsync(string instanceId, InstanceRequest request, CancellationToken cancellation = default)
        {
            if (IsGone)
                throw new OrchestrationNotFoundException(instanceId);
            Questions++;
            var cut = NextCut();
            if (cut is Cut.BeforeTheQuestion or Cut.Refused)
                throw new NoAnswer(cut == Cut.BeforeTheQuestion);
            var raise = Assert.IsType<InstanceRequest.Raise>(request);
            (Asked, EventName, Payload) = (instanceId, raise.EventName, raise.Payload);
            return cut == Cut.AfterTheQuestion ? throw new NoAnswer(isUnanswered: true) : Task.CompletedTask;
        }

        public Task<InstanceState?> GetAsync(string instanceId, bool payloads, CancellationToken cancellation = default)
        {
            if (NextCut() == Cut.AtTheLook)
                throw new NoAnswer(isUnanswered: true);
            var status = new AttemptStatus(Answers[Math.Min(_looks++, Answers.Length - 1)], null, 3m);
            return Task.FromResult<InstanceState?>(new InstanceState(instanceId, "e", "Attempt")
            {
                Status = Status,
                CustomStatus = JsonDataConverter.Default.Serialize(status),
            });
        }

        private Cut NextCut() => Cuts.TryDequeue(out var cut) ? cut : Cut.None;

        public IAsyncEnumerable<WorkItem> ReceiveAsync(WorkerOffer offer, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<Receipt> CompleteAsync(StepCompletion completion, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<Receipt> CompleteAsync(ActivityCompletion completion, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task AbandonAsync(WorkItem item, CancellationToken cancellation = default) => throw new NotSupportedException();

        public IAsyncEnumerable<HistoryEvent> ReadHistoryAsync(string instanceId, string? executionId, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<string> StartAsync(StartRequest request, CancellationToken cancellation = default) => throw new NotSupportedException();

        public async Task<InstanceState?> WaitAsync(string instanceId, Until until, bool payloads, CancellationToken cancellation = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return null;
        }

        public Task<Page<InstanceState>> QueryAsync(OrchestrationQuery query, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<string> RestartAsync(string instanceId, bool withNewId, CancellationToken cancellation = default) => throw new NotSupportedException();

        public Task<PurgeResult> PurgeAsync(PurgeRequest request, CancellationToken cancellation = default) => throw new NotSupportedException();
    }
}
