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

    /// <summary>Time goes on until it is so.</summary>
    private static async Task UntilAsync(FlowHarness harness, FakeTime time, Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!isSo())
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(10, patience.Token);
        }

        Assert.NotEmpty(harness.GitHub.Comments);
    }
}
