using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.History;

namespace ClaudeCluster.Orchestrations.Tests.Attempts;

public sealed class HeadStartTests
{
    [Fact]
    public void The_word_is_that_of_the_hub() => Assert.Equal(TaskTags.Priority, HeadStart.Tag);

    [Theory]
    [InlineData("priority:high", "3600")]
    [InlineData("priority:low", "-3600")]
    [InlineData("other", null)]
    public async Task Each_attempt_of_an_issue_waits_with_the_head_start_of_its_label(string label, string? seconds)
    {
        await using var harness = await FlowHarness.StartAsync(task => new AttemptResult
        {
            Agent = new AgentId("agent"),
            Outcome = task.Earlier is null ? new AttemptOutcome.TestsFailed("sh test.sh", "no") : new AttemptOutcome.Succeeded(),
            Commit = Happenings.Commit(1),
        });
        var labelled = new IssueEvent.Labeled("claude")
        {
            Key = "labelled",
            Repository = Happenings.Repository,
            Issue = Happenings.Issue with { Labels = ["claude", label] },
            Sender = Happenings.Ada,
        };

        var flow = await harness.FlowOfAsync(labelled);

        Assert.Equal(2, flow.Attempts.Count);
        foreach (var number in new[] { 1, 2 })
        {
            var offers = (await harness.Client.GetOrchestrationHistoryAsync($"{flow.FlowId}-a{number}")).OfType<TaskScheduled>()
                .Where(call => call.Name.StartsWith("RunAgent:", StringComparison.Ordinal)).ToList();
            Assert.NotEmpty(offers);
            Assert.All(offers, offer => Assert.Equal((seconds, LostWorker.Fail), (offer.Tags!.GetValueOrDefault(HeadStart.Tag), offer.Tags![LostWorker.Tag])));
        }
    }
}
