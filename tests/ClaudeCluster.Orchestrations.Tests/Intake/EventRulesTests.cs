namespace ClaudeCluster.Orchestrations.Tests;

public class EventRulesTests
{
    private static readonly IssueSnapshot Issue = Sample.Queued.Issue with { Labels = [] };

    [Fact]
    public void The_trigger_label_starts_a_flow_whatever_its_case() => AssertStarts(Labeled("Claude"));

    [Fact]
    public void An_issue_opened_with_the_trigger_label_starts_a_flow() => AssertStarts(Opened(Issue with { Labels = ["bug", "claude"] }));

    [Fact]
    public void Other_events_start_nothing()
    {
        AssertIgnored(Opened(Issue), "only the label 'claude' starts one");
        AssertIgnored(Labeled("bug"), "only the label 'claude' starts one");
        AssertIgnored(Edited(Issue with { Labels = ["claude"] }), "only the label 'claude' starts one");
        AssertIgnored(Closed(Issue), "only the label 'claude' starts one");
    }

    [Fact]
    public void Pull_requests_are_ignored() => AssertIgnored(Labeled("claude", Issue with { IsPullRequest = true }), "pull request");

    [Fact]
    public void Closed_issues_are_ignored() => AssertIgnored(Labeled("claude", Issue with { IsOpen = false }), "closed");

    [Fact]
    public void An_exclude_label_is_stronger_than_the_trigger() => AssertIgnored(Labeled("claude", Issue with { Labels = ["claude", "CLAUDE:skip"] }), "keeps the cluster away");

    [Fact]
    public void What_changes_nothing_is_ignored_even_by_an_open_flow() => AssertIgnored(Other("pinned"), "'pinned'", open: true);

    [Fact]
    public void An_open_flow_is_told_what_concerns_it()
    {
        AssertRaised(Closed(Issue with { IsOpen = false }), "closed");
        AssertRaised(Closed(Issue with { Labels = ["claude:skip"] }), "closed");
        AssertRaised(Labeled("claude:skip", Issue with { Labels = ["claude:skip"] }), "'claude:skip' was set");
        AssertRaised(Edited(Issue), "edited");
    }

    [Fact]
    public void An_open_flow_is_not_told_of_our_own_labels_nor_of_strange_ones()
    {
        AssertIgnored(Labeled("claude"), "changes nothing of it", open: true);
        AssertIgnored(Labeled("priority:high"), "changes nothing of it", open: true);
        AssertIgnored(Labeled("claude:working"), "means nothing", open: true);
        AssertIgnored(Labeled("bug"), "means nothing", open: true);
    }

    private static IssueEvent.Labeled Labeled(string label, IssueSnapshot? issue = null) => new(label) { Key = "k", Repository = Sample.Shop, Issue = issue ?? Issue, Sender = Sample.Queued.Requester };

    private static IssueEvent.Opened Opened(IssueSnapshot issue) => new() { Key = "k", Repository = Sample.Shop, Issue = issue, Sender = Sample.Queued.Requester };

    private static IssueEvent.Edited Edited(IssueSnapshot issue) => new() { Key = "k", Repository = Sample.Shop, Issue = issue, Sender = Sample.Queued.Requester };

    private static IssueEvent.Closed Closed(IssueSnapshot issue) => new() { Key = "k", Repository = Sample.Shop, Issue = issue, Sender = Sample.Queued.Requester };

    private static IssueEvent.Other Other(string action) => new(action) { Key = "k", Repository = Sample.Shop, Issue = Issue, Sender = Sample.Queued.Requester };

    private static void AssertStarts(IssueEvent happened) => Assert.IsType<EventDecision.Start>(EventRules.Decide(happened, RepositoryPolicy.Default, isFlowOpen: false));

    private static void AssertRaised(IssueEvent happened, string part) =>
        Assert.Contains(part, Assert.IsType<EventDecision.Raise>(EventRules.Decide(happened, RepositoryPolicy.Default, isFlowOpen: true)).What, StringComparison.Ordinal);

    private static void AssertIgnored(IssueEvent happened, string part, bool open = false) =>
        Assert.Contains(part, Assert.IsType<EventDecision.Ignore>(EventRules.Decide(happened, RepositoryPolicy.Default, open)).Why, StringComparison.Ordinal);
}
