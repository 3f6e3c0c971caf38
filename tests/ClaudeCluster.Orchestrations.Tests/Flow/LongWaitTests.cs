using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>Memory is measured here, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(LongWaitTests), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Flows that wait for weeks, with a clock that a test moves.</summary>
[Collection(nameof(LongWaitTests))]
public sealed class LongWaitTests : IDisposable
{
    private const int Few = 10;
    private const int Many = 300;
    private const long BytesOfOneFlowInMemory = 4_000;
    private readonly string _folder = Directory.CreateTempSubdirectory("cc-weeks-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Two_weeks_until_a_review_cost_no_call_and_a_process_that_comes_back_remembers_no_flow()
    {
        await LetRestAsync("few.db", Few);
        await LetRestAsync("many.db", Many);

        var few = await WaitTwoWeeksAsync("few.db");
        var many = await WaitTwoWeeksAsync("many.db");

        Assert.InRange(many - few, long.MinValue, (Many - Few) * BytesOfOneFlowInMemory);
    }

    [Fact]
    public async Task A_review_after_two_weeks_is_answered()
    {
        await LetRestAsync("hub.db", 1);
        var time = new FakeTime();
        time.Advance(TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(14) - time.GetUtcNow());
        await using var harness = await StartAsync("hub.db", time);
        harness.GitHub.SetBranch("claude/issue-1", Happenings.Commit(1));
        harness.Feedback.Review = new("ada", "At last.", []);

        await harness.Client.RaiseFlowNewsAsync("issue-7-1-1", new NewsDelivery(new FlowNews.ChangesRequested(1) { Key = "review", By = Happenings.Ada }), TestContext.Current.CancellationToken);
        var flow = await harness.UntilAsync("issue-7-1-1", flow => flow is { Phase: FlowPhase.Review, Attempts.Count: 2 });

        Assert.Equal(Goal.AnswerReview, flow.Round!.Goal);
    }

    /// <summary>So many flows, each with its pull request, in a hub that is then closed.</summary>
    private async Task LetRestAsync(string file, int flows)
    {
        await using var harness = await StartAsync(file, TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(1, flows).Select(async number =>
        {
            var issue = Happenings.Issue with { Number = number };
            await harness.HearAsync(new IssueEvent.Labeled("claude") { Key = $"label-{number}", Repository = Happenings.Repository, Issue = issue, Sender = Happenings.Ada });
        }));
        foreach (var number in Enumerable.Range(1, flows))
            await harness.UntilAsync($"issue-7-{number}-1", flow => flow is { Phase: FlowPhase.Review, BranchesDeleted: 1 });
    }

    /// <returns>The bytes that the process holds at the end.</returns>
    private async Task<long> WaitTwoWeeksAsync(string file)
    {
        var time = new FakeTime();
        time.Advance(TimeProvider.System.GetUtcNow() - time.GetUtcNow());
        await using var harness = await StartAsync(file, time);
        for (var hour = 0; hour < 14 * 24; hour++)
        {
            time.Advance(TimeSpan.FromHours(1));
            await Task.Yield();
        }

        Assert.Equal((0, 0, 0), (harness.GitHub.Calls, harness.Feedback.Reads, harness.Taken.Count));
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private Task<FlowHarness> StartAsync(string file, TimeProvider time) => FlowHarness.StartAsync<IssueToPullRequest>(
        task => Task.FromResult(new AttemptResult { Agent = new AgentId("agent"), Outcome = new AttemptOutcome.Succeeded(), Commit = Happenings.Commit(task.Earlier is null ? 1 : 2) }),
        new SqliteHubStore(Path.Combine(_folder, file)),
        time);
}
