using ClaudeCluster.FakeGitHub;

namespace ClaudeCluster.GitHub.Tests;

/// <summary>People speak at the wrong moment, and all at once.</summary>
public sealed class CommandsTests
{
    [Fact]
    public async Task The_same_command_twice_in_one_second_is_answered_twice()
    {
        await using var kit = await FlowKit.StartAsync();
        var (issue, _) = await kit.ReviewedAsync();

        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, "/claude status")));
        await kit.UntilAsync(() => FlowKit.AnswersOn(issue).Length == 2);
        await kit.UntilEventsAreHandledAsync();

        Assert.Equal(2, FlowKit.AnswersOn(issue).Length);
    }

    [Fact]
    public async Task Ten_commands_at_once_are_each_answered_once_and_told_to_the_coder()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(number => kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, $"/claude mind the gap {number}")));
        await kit.UntilAsync(() => FlowKit.AnswersOn(issue).Length == 10);
        kit.Agent.Release();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 2);
        await kit.UntilStatusAsync(issue, "claude:review");
        await kit.UntilEventsAreHandledAsync();

        Assert.Equal((Goal.FollowGuidance, 10), (kit.Agent.Tasks[1].Goal, kit.Agent.Tasks[1].Guidance.Distinct().Count()));
        Assert.Equal(10, FlowKit.AnswersOn(issue).Length);
        Assert.Equal(10, (await kit.FlowAsync(issue))!.Guidance.Distinct().Count());
    }

    [Theory]
    [InlineData("/claude cancel", "claude:failed")]
    [InlineData("/claude pause", "claude:waiting")]
    public async Task A_command_while_the_branch_is_moved_is_obeyed_when_that_is_done(string command, string status)
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);
        kit.Fake.Faults.Plan("GraphQL MoveBranches", Fault.BadGateway, times: 4);
        kit.Agent.Release();
        await kit.UntilAsync(() => kit.Fake.Requests.All.Any(request => request.Operation == "GraphQL MoveBranches"));

        await kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, command);
        await kit.UntilStatusAsync(issue, status);

        Assert.Single(FlowKit.AnswersOn(issue));
        Assert.Single(kit.Agent.Tasks);
    }

    [Fact]
    public async Task A_word_that_crosses_the_end_of_its_flow_is_not_lost()
    {
        await using var kit = await FlowKit.StartAsync();
        var (issue, pull) = await kit.ReviewedAsync();

        await Task.WhenAll(
            kit.People.ClosePullRequestAsync(kit.Repository, pull, FlowKit.Maintainer),
            kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, "/claude retry"));
        await kit.UntilEventsAreHandledAsync();

        // Whichever was first: the flow heard it and was ended after, or it began the next one.
        await FlowKit.UntilAsync(async () => FlowKit.AnswersOn(issue).Length == 1 || await kit.FlowAsync(issue, generation: 2) is not null);
    }
}
