namespace ClaudeCluster.Orchestrations.Tests;

/// <summary>Nobody who may steer is left without an answer, also where no flow is open.</summary>
public sealed class UnheardCommandTests
{
    [Theory]
    [InlineData("/claude status", "Nothing is under way here")]
    [InlineData("/claude budget 5", "`/claude run` on the issue begins")]
    [InlineData("/claude stauts", "Did you mean 'status'?")]
    [InlineData("/claude help", "| `/claude pause`")]
    public async Task A_command_before_any_flow_is_answered(string command, string answer)
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);

        var receipt = await harness.HearAsync(Happenings.Said(command));

        Assert.Null(receipt.FlowId);
        Assert.Contains(answer, Assert.Single(harness.GitHub.Comments).Markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_the_end_the_last_flow_is_told_of()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);
        await harness.HearAsync(Happenings.Ended(Happenings.Commit(1), isMerged: false));
        await harness.FlowAsync(id);

        await harness.HearAsync(Happenings.Said("/claude explain"));

        Assert.Contains("Of the last flow: It has ended:", harness.GitHub.Comments[^1].Markdown, StringComparison.Ordinal);
        Assert.Contains("closed the pull request without a merge", harness.GitHub.Comments[^1].Markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_a_closed_issue_begins_nothing_is_said()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);

        await harness.HearAsync(Happenings.Said("/claude run", issue: Happenings.Issue with { IsOpen = false }));

        Assert.Contains("Nothing was begun: the issue is closed.", Assert.Single(harness.GitHub.Comments).Markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stranger_is_not_answered()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);

        await harness.HearAsync(Happenings.Said("/claude status", by: "eve"));

        Assert.Empty(harness.GitHub.Comments);
    }

    [Fact]
    public async Task A_command_in_a_review_is_answered_below_its_pull_request()
    {
        await using var harness = await FlowHarness.StartAsync(Succeed);
        var id = await OpenAsync(harness);

        await harness.HearAsync(Happenings.Reviewed("/claude status", Happenings.Commit(1)));
        await harness.UntilAsync(id, _ => harness.GitHub.Comments.Count == 2);

        Assert.Equal(101, harness.GitHub.Comments[^1].Issue.Number);
        Assert.Contains("@ada: Its pull request waits for review", harness.GitHub.Comments[^1].Markdown, StringComparison.Ordinal);
    }

    private static async Task<string> OpenAsync(FlowHarness harness)
    {
        var id = (await harness.HearAsync(Happenings.Labelled())).FlowId!;
        await harness.UntilAsync(id, flow => flow is { Phase: FlowPhase.Review, BranchesDeleted: 1 });
        return id;
    }

    private static AttemptResult Succeed(AgentTask task) => new() { Agent = new AgentId("agent"), Outcome = new AttemptOutcome.Succeeded(), Commit = Happenings.Commit(1) };
}
