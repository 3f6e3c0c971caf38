using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Tests.Kit;

namespace ClaudeCluster.Orchestrations.Tests;

public sealed class MissingAgentTests
{
    [Fact]
    public async Task Who_is_missing_stands_on_the_issue_after_a_minute_and_goes_when_somebody_comes()
    {
        var time = new FakeTime();
        await using var harness = await FlowHarness.StartAsync<IssueToPullRequest>(_ => throw new InvalidOperationException("Nobody serves this specialty yet."), time: time);
        harness.GitHub.Files[RepositoryPolicy.Path] = new("specialties: [{ name: cooking }]", Happenings.Commit(9));
        harness.Fleet.Missing = "no agent with 'cooking' is connected";
        var id = (await harness.HearAsync(Happenings.Labelled())).FlowId!;
        await UntilAsync(harness, time, () => harness.GitHub.Comments.Any(comment => comment.Markdown.Contains("Waits for: no agent with 'cooking' is connected", StringComparison.Ordinal)));

        harness.Work("cook", new DurableTaskRegistry().AddActivityFunc<AgentTask, AttemptResult>(AgentAddress.Any(new Specialty("cooking")), async (_, task) =>
        {
            await harness.Client.RaiseAttemptStartedAsync(task.AttemptId, new AttemptStarted(new AgentId("cook"), "cook", RunUrl: null));
            return new AttemptResult { Agent = new AgentId("cook"), Outcome = new AttemptOutcome.Succeeded(), Commit = Happenings.Commit(1) };
        }));

        await UntilAsync(harness, time, () => harness.GitHub.PullRequests.Count == 1 && !harness.GitHub.Comments[0].Markdown.Contains("Waits for", StringComparison.Ordinal));
        Assert.Null((await harness.UntilAsync(id, flow => flow.Phase == FlowPhase.Review)).WaitsFor);
    }

    [Fact]
    public async Task Who_came_at_last_stands_on_the_issue_while_it_works_and_where_its_run_is_seen()
    {
        const string Run = "https://github.com/octo/repo/actions/runs/7";
        var (time, mayEnd) = (new FakeTime(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var harness = await FlowHarness.StartAsync<IssueToPullRequest>(_ => throw new InvalidOperationException("Nobody serves this specialty yet."), time: time);
        harness.GitHub.Files[RepositoryPolicy.Path] = new("specialties: [{ name: cooking }]", Happenings.Commit(9));
        harness.Fleet.Missing = "no agent with 'cooking' is connected";
        await harness.HearAsync(Happenings.Labelled());
        await UntilAsync(harness, time, () => harness.GitHub.Comments.Any(comment => comment.Markdown.Contains("Waits for", StringComparison.Ordinal)));

        harness.Work("cook", new DurableTaskRegistry().AddActivityFunc<AgentTask, AttemptResult>(AgentAddress.Any(new Specialty("cooking")), async (_, task) =>
        {
            await harness.Client.RaiseAttemptStartedAsync(task.AttemptId, new AttemptStarted(new AgentId("cook"), "cook", Run));
            await mayEnd.Task;
            return Succeeded("cook");
        }));

        await UntilAsync(harness, time, () => harness.GitHub.Comments[0].Markdown.Contains($"| 1 | [cook](<{Run}>) | under way since", StringComparison.Ordinal));
        mayEnd.SetResult();
        await UntilAsync(harness, time, () => harness.GitHub.Comments[0].Markdown.Contains($"| 1 | [cook](<{Run}>) | succeeded |", StringComparison.Ordinal));
    }

    [Fact]
    public async Task That_no_runner_can_be_woken_keeps_nobody_from_taking_the_attempt()
    {
        await using var harness = await FlowHarness.StartAsync(_ => Succeeded("agent"));
        harness.Fleet.Failure = "GitHub is away";

        var id = (await harness.HearAsync(Happenings.Labelled())).FlowId!;

        await harness.UntilAsync(id, flow => flow.Phase == FlowPhase.Review);
    }

    [Fact]
    public async Task That_no_runner_can_be_woken_stands_on_the_issue_and_who_comes_after_hours_has_the_work()
    {
        var time = new FakeTime();
        await using var harness = await FlowHarness.StartAsync<IssueToPullRequest>(_ => throw new InvalidOperationException("Nobody serves this specialty yet."), time: time);
        harness.GitHub.Files[RepositoryPolicy.Path] = new("specialties: [{ name: cooking }]", Happenings.Commit(9));
        harness.Fleet.Failure = "GitHub is away";
        var id = (await harness.HearAsync(Happenings.Labelled())).FlowId!;
        await UntilAsync(harness, time, () => harness.GitHub.Comments.Any(comment => comment.Markdown.Contains("none be woken: GitHub is away", StringComparison.Ordinal)));
        var begun = time.GetUtcNow();
        await UntilAsync(harness, time, () => time.GetUtcNow() - begun > TimeSpan.FromHours(8), TimeSpan.FromMinutes(5));

        harness.Work("cook", new DurableTaskRegistry().AddActivityFunc<AgentTask, AttemptResult>(AgentAddress.Any(new Specialty("cooking")), (_, _) => Task.FromResult(Succeeded("cook"))));

        await UntilAsync(harness, time, () => harness.GitHub.PullRequests.Count == 1);
        await harness.UntilAsync(id, flow => flow.Phase == FlowPhase.Review);
    }

    [Fact]
    public async Task An_attempt_that_breaks_ends_in_a_question_and_not_in_a_flow_that_is_gone()
    {
        FlowHarness? harness = null;
        harness = await FlowHarness.StartAsync<IssueToPullRequest>(async task =>
        {
            await harness!.Client.TerminateInstanceAsync(task.AttemptId, "the hub lost it");
            return Succeeded("agent");
        });
        await using var started = harness;

        var id = (await harness.HearAsync(Happenings.Labelled())).FlowId!;

        var flow = await harness.UntilAsync(id, flow => flow.Phase == FlowPhase.NeedsHuman);
        Assert.Contains("All 3 attempts are used", flow.Question, StringComparison.Ordinal);
        Assert.All(flow.Attempts, attempt => Assert.IsType<AttemptOutcome.Failed>(attempt.Result!.Outcome));
    }

    private static AttemptResult Succeeded(string agent) => new() { Agent = new AgentId(agent), Outcome = new AttemptOutcome.Succeeded(), Commit = Happenings.Commit(1) };

    /// <summary>Time goes on until it is so.</summary>
    private static async Task UntilAsync(FlowHarness harness, FakeTime time, Func<bool> isSo, TimeSpan? step = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            time.Advance(step ?? TimeSpan.FromSeconds(5));
            await Task.Delay(10, patience.Token);
        }

        Assert.NotEmpty(harness.GitHub.Comments);
    }
}
