using ClaudeCluster.DurableTask.Tests.Kit;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>What a step does that GitHub refuses.</summary>
public sealed class PatienceTests
{
    [Fact]
    public async Task A_limit_is_waited_for_until_it_ends_and_not_asked_before()
    {
        var time = new FakeTime();
        var until = time.GetUtcNow().AddHours(1);
        await using var harness = await StartAsync(time, new() { ["isLasting"] = false, ["retryAt"] = until.UtcDateTime.ToString("O") });
        harness.GitHub.FailNext(nameof(IIssuePage.PutCommentAsync), FailurePoint.BeforeEffect);
        var id = (await harness.HearAsync(Happenings.Labelled())).FlowId!;
        await WaitForAsync(harness, time, () => time.GetUtcNow() > until.AddMinutes(-2), TimeSpan.FromSeconds(30));
        Assert.Empty(harness.GitHub.Comments);

        await WaitForAsync(harness, time, () => harness.GitHub.PullRequests.Count == 1, TimeSpan.FromSeconds(10));

        Assert.Single(harness.GitHub.Comments);
        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, PageProblem: null });
    }

    [Theory]
    [InlineData(nameof(IPullRequests.PromoteAsync))]
    [InlineData(nameof(IPullRequests.OpenAsync))]
    public async Task A_limit_that_a_step_waits_for_stands_on_the_issue_until_it_ends(string step)
    {
        var time = new FakeTime();
        var until = time.GetUtcNow().AddHours(1);
        await using var harness = await StartAsync(time, new() { ["isLasting"] = false, ["retryAt"] = until.UtcDateTime.ToString("O") });
        harness.GitHub.FailNext(step, FailurePoint.BeforeEffect);
        var id = (await harness.HearAsync(Happenings.Labelled())).FlowId!;

        await WaitForAsync(harness, time, () => harness.GitHub.Comments is [{ Markdown: var shown }] && shown.Contains("Waits for: GitHub, which said:", StringComparison.Ordinal), TimeSpan.FromMilliseconds(100));
        Assert.Contains($"until {Wording.Time(until)}", harness.GitHub.Comments[0].Markdown, StringComparison.Ordinal);
        Assert.Empty(harness.GitHub.PullRequests);
        await WaitForAsync(harness, time, () => harness.GitHub.PullRequests.Count == 1, TimeSpan.FromSeconds(10));

        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, BranchesDeleted: 1, WaitsFor: null });
        Assert.DoesNotContain("Waits for", Assert.Single(harness.GitHub.Comments).Markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_lasts_is_tried_three_times_and_then_asked_of_a_person()
    {
        var time = new FakeTime();
        await using var harness = await StartAsync(time, new() { ["isLasting"] = true });
        for (var tries = 0; tries < 3; tries++)
            harness.GitHub.FailNext(nameof(IPullRequests.OpenAsync), FailurePoint.BeforeEffect);

        var id = (await harness.HearAsync(Happenings.Labelled())).FlowId!;
        await WaitForAsync(harness, time, () => harness.GitHub.Comments is [{ Markdown: var markdown }] && markdown.Contains("What a person must decide", StringComparison.Ordinal), TimeSpan.FromSeconds(1));

        var flow = await harness.UntilAsync(id, flow => flow.Phase == FlowPhase.NeedsHuman);
        Assert.Contains("connection was lost", flow.Question, StringComparison.Ordinal);
        Assert.Empty(harness.GitHub.PullRequests);
    }

    [Fact]
    public async Task What_seems_to_last_between_other_troubles_is_tried_again()
    {
        var (time, failures) = (new FakeTime(), 0);
        await using var harness = await FlowHarness.StartAsync<IssueToPullRequest>(
            Succeed, time: time, exceptions: failure => failure is HttpRequestException ? new Dictionary<string, object?> { ["isLasting"] = failures++ % 3 == 2 } : null);
        for (var tries = 0; tries < 6; tries++)
            harness.GitHub.FailNext(nameof(IIssuePage.PutCommentAsync), FailurePoint.BeforeEffect);

        var id = (await harness.HearAsync(Happenings.Labelled())).FlowId!;
        await WaitForAsync(harness, time, () => harness.GitHub.PullRequests.Count == 1, TimeSpan.FromSeconds(1));

        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, PageProblem: null });
        Assert.Equal(6, failures);
    }

    [Fact]
    public async Task A_page_that_cannot_be_written_from_the_first_word_on_begins_no_work()
    {
        var time = new FakeTime();
        await using var harness = await StartAsync(time, new() { ["isLasting"] = true });
        for (var tries = 0; tries < 3; tries++)
            harness.GitHub.FailNext(nameof(IIssuePage.PutCommentAsync), FailurePoint.BeforeEffect);

        var id = (await harness.HearAsync(Happenings.Labelled())).FlowId!;
        await WaitForAsync(harness, time, () => harness.GitHub.Comments.Count == 1, TimeSpan.FromSeconds(1));

        Assert.Contains("page cannot be written", (await harness.FlowAsync(id)).EndReason, StringComparison.Ordinal);
        Assert.Empty(harness.Taken);
    }

    private static Task<AttemptResult> Succeed(AgentTask task) => Task.FromResult(new AttemptResult { Agent = new AgentId("agent"), Outcome = new AttemptOutcome.Succeeded(), Commit = Happenings.Commit(1) });

    private static Task<FlowHarness> StartAsync(TimeProvider time, Dictionary<string, object?> properties) => FlowHarness.StartAsync<IssueToPullRequest>(
        Succeed,
        time: time,
        exceptions: failure => failure is HttpRequestException ? properties : null);

    /// <summary>Time goes on until it is so.</summary>
    private static async Task WaitForAsync(FlowHarness harness, FakeTime time, Func<bool> isSo, TimeSpan step)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            time.Advance(step);
            await Task.Delay(5, patience.Token);
        }

        Assert.NotNull(harness.Client);
    }
}
