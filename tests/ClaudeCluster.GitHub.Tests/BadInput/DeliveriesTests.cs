using ClaudeCluster.FakeGitHub.Webhooks;

namespace ClaudeCluster.GitHub.Tests;

/// <summary>Events come in crowds, twice, late, and in the wrong order.</summary>
public sealed class DeliveriesTests
{
    [Fact]
    public async Task Three_hundred_deliveries_at_once_are_all_taken_and_each_issue_gets_its_one_pull_request()
    {
        await using var kit = await FlowKit.StartAsync();
        var issues = await Task.WhenAll(Enumerable.Range(1, 12).Select(number => kit.People.OpenIssueAsync(kit.Repository, FlowKit.Maintainer, $"Question {number}", null)));
        var before = kit.Fake.Webhooks.Deliveries.Count;

        await Task.WhenAll(
            issues.SelectMany(issue => Enumerable.Range(0, 24).Select(number => number switch
            {
                0 => kit.People.LabelAsync(kit.Repository, issue, "claude", FlowKit.Maintainer),
                < 12 => kit.People.LabelAsync(kit.Repository, issue, $"topic-{number}", FlowKit.Maintainer),
                _ => (Task)kit.People.CommentAsync(kit.Repository, issue, "mallory", $"/claude me too, {number}"),
            }))
            .Concat(issues.Select(_ => (Task)kit.People.PushAsync(kit.Repository, "main", "README.md", "# Shop\n", FlowKit.Maintainer))));
        var crowd = kit.Fake.Webhooks.Deliveries.Skip(before).Take(300).ToList();
        await Task.WhenAll(issues.Select(issue => kit.UntilStatusAsync(issue, "claude:review")));
        await kit.UntilEventsAreHandledAsync();

        Assert.Equal(300, crowd.Count);
        Assert.All(crowd, delivery => Assert.Equal([202], delivery.Statuses));
        Assert.Equal(issues.Length, kit.Repository.PullRequests.DistinctBy(pull => pull.Head).Count());
        Assert.Equal(issues.Length, kit.Repository.PullRequests.Count);
        Assert.All(issues, issue => Assert.Single(issue.Comments, comment => comment.Author.Login == FlowKit.Robot));
        Assert.Equal(issues.Length, kit.Agent.Tasks.Count);
    }

    [Fact]
    public async Task A_delivery_of_yesterday_that_comes_again_after_its_flow_ended_starts_nothing()
    {
        await using var kit = await FlowKit.StartAsync();
        var (issue, pull) = await kit.ReviewedAsync();
        await kit.People.MergeAsync(kit.Repository, pull, FlowKit.Maintainer);
        await kit.UntilEndedAsync(issue);

        foreach (var delivery in kit.Fake.Webhooks.Deliveries)
            await kit.Fake.Webhooks.RedeliverAsync(delivery);
        await kit.UntilEventsAreHandledAsync();

        Assert.Null(await kit.FlowAsync(issue, generation: 2));
        Assert.Single(kit.Agent.Tasks);
        await kit.UntilStatusAsync(issue, "claude:done");
    }

    [Fact]
    public async Task A_label_of_yesterday_that_was_lost_and_comes_after_its_issue_s_flow_ended_starts_nothing()
    {
        await using var kit = await FlowKit.StartAsync();
        var issue = await kit.People.OpenIssueAsync(kit.Repository, FlowKit.Maintainer, "It breaks", null);
        kit.Fake.Webhooks.Plan(DeliveryFate.Lost);
        await kit.People.LabelAsync(kit.Repository, issue, "claude", FlowKit.Maintainer);
        var lost = kit.Fake.Webhooks.Deliveries[^1];
        await kit.People.CommentAsync(kit.Repository, issue, FlowKit.Maintainer, "/claude run");
        await kit.UntilStatusAsync(issue, "claude:review");
        await kit.LaterAsync();
        await kit.People.ClosePullRequestAsync(kit.Repository, Assert.Single(kit.Repository.PullRequests), FlowKit.Maintainer);
        await kit.UntilEndedAsync(issue);

        await kit.Fake.Webhooks.RedeliverAsync(lost);
        await kit.UntilEventsAreHandledAsync();

        Assert.Null(await kit.FlowAsync(issue, generation: 2));
    }

    [Fact]
    public async Task A_merge_whose_events_come_in_the_wrong_order_is_a_merge()
    {
        await using var kit = await FlowKit.StartAsync();
        var (issue, pull) = await kit.ReviewedAsync();

        kit.Fake.Webhooks.Plan(DeliveryFate.Held, DeliveryFate.Held, DeliveryFate.Held);
        await kit.People.MergeAsync(kit.Repository, pull, FlowKit.Maintainer);
        await kit.Fake.Webhooks.ReleaseAsync();
        await kit.UntilEndedAsync(issue);

        await kit.UntilStatusAsync(issue, "claude:done");
        Assert.Contains("Done.", kit.CommentOf(issue), StringComparison.Ordinal);
    }
}
