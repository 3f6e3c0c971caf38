using System.Text;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.GitHub.Tests.Feedback;

namespace ClaudeCluster.GitHub.Tests.Fake;

/// <summary>What people do in the fake, as our own reader hears of it.</summary>
public sealed class PeopleTests
{
    private const string Ann = "octo";

    [Fact]
    public async Task Merge_pushes_the_base_closes_the_pull_request_and_the_issues_it_resolves()
    {
        await using var stage = await Stage.OpenAsync();
        var issue = await stage.Kit.OpenIssueAsync();
        var pull = await stage.Kit.OpenPullRequestAsync($"Closes #{issue.Number}");

        var heard = await stage.HearAsync(() => stage.Kit.Fake.People.MergeAsync(stage.Kit.Repository, pull.Pull, Ann));

        Assert.Equal("refs/heads/main", Assert.IsType<RepositoryEvent.Pushed>(heard[0]).Reference);
        Assert.True(Assert.IsType<RepositoryEvent.PullRequestChanged>(heard[1]).PullRequest is { IsMerged: true, IsOpen: false });
        Assert.IsType<IssueEvent.Closed>(Assert.IsType<RepositoryEvent.IssueChanged>(heard[2]).Issue);
        Assert.Equal("mended", stage.Kit.Repository.Git.ReadFile("main", "mended.txt"));
    }

    [Fact]
    public async Task Pull_request_that_conflicts_cannot_be_merged_and_stays_open()
    {
        await using var stage = await Stage.OpenAsync();
        var pull = await stage.Kit.OpenPullRequestAsync();
        await stage.Kit.Fake.People.PushAsync(stage.Kit.Repository, "main", "mended.txt", "otherwise", Ann);

        await Assert.ThrowsAsync<InvalidOperationException>(() => stage.Kit.Fake.People.MergeAsync(stage.Kit.Repository, pull.Pull, Ann));

        Assert.Equal("open", pull.Pull.State);
    }

    [Fact]
    public async Task Closing_and_opening_again_are_events_of_their_own()
    {
        await using var stage = await Stage.OpenAsync();
        var pull = await stage.Kit.OpenPullRequestAsync();

        var heard = await stage.HearAsync(async () =>
        {
            await stage.Kit.Fake.People.ClosePullRequestAsync(stage.Kit.Repository, pull.Pull, Ann);
            stage.Kit.Clock.Advance(TimeSpan.FromSeconds(1));
            await stage.Kit.Fake.People.ReopenPullRequestAsync(stage.Kit.Repository, pull.Pull, Ann);
            stage.Kit.Clock.Advance(TimeSpan.FromSeconds(1));
            await stage.Kit.Fake.People.ClosePullRequestAsync(stage.Kit.Repository, pull.Pull, Ann);
        });

        Assert.Equal(["closed", "reopened", "closed"], heard.Cast<RepositoryEvent.PullRequestChanged>().Select(one => one.Action));
        Assert.Equal(3, heard.Select(one => one.Key).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Push_by_force_is_told_with_the_pull_request_that_it_changes()
    {
        await using var stage = await Stage.OpenAsync();
        var pull = await stage.Kit.OpenPullRequestAsync();
        var (before, forced) = (pull.Head, "");

        var heard = await stage.HearAsync(async () =>
            forced = await stage.Kit.Fake.People.PushAsync(stage.Kit.Repository, FeedbackKit.Branch, "x.txt", "x", Ann, from: stage.Kit.FirstCommit));

        var push = Assert.IsType<RepositoryEvent.Pushed>(heard[0]);
        Assert.Equal((before.Value, forced), (push.Before?.Value, push.After?.Value));
        Assert.Contains("\"forced\":true", stage.Kit.Fake.Webhooks.Deliveries[0].Body, StringComparison.Ordinal);
        var change = Assert.IsType<RepositoryEvent.PullRequestChanged>(heard[1]);
        Assert.Equal(("synchronize", forced), (change.Action, change.PullRequest.HeadCommit.Value));
    }

    [Fact]
    public async Task Review_is_told_with_each_of_its_remarks()
    {
        await using var stage = await Stage.OpenAsync();
        var pull = await stage.Kit.OpenPullRequestAsync();

        var heard = await stage.HearAsync(() => pull.ReviewAsync("Nearly", new Remark("a.cs", 3, "Why?"), new Remark("b.cs", null, "All of it")));

        var review = Assert.IsType<RepositoryEvent.Reviewed>(heard[0]);
        Assert.Equal((pull.Pull.Reviews[0].Id, "changes_requested", "Nearly", pull.Head), (review.Review, review.Verdict, review.Text, review.Commit));
        Assert.Equal(["a.cs", "b.cs"], heard.Skip(1).Cast<RepositoryEvent.ReviewCommented>().Select(remark => remark.Path));
    }

    [Fact]
    public async Task Comment_below_a_pull_request_is_an_issues_comment()
    {
        await using var stage = await Stage.OpenAsync();
        var pull = await stage.Kit.OpenPullRequestAsync();

        var heard = await stage.HearAsync(() => stage.Kit.Fake.People.CommentAsync(stage.Kit.Repository, pull.Pull, Ann, "/claude status"));

        var comment = Assert.IsType<RepositoryEvent.Commented>(Assert.Single(heard));
        Assert.True(comment.Issue is { IsPullRequest: true } && comment.Issue.Number == pull.Number);
    }

    [Fact]
    public async Task Checks_of_all_kinds_are_told()
    {
        await using var stage = await Stage.OpenAsync();
        var pull = await stage.Kit.OpenPullRequestAsync();
        var (people, repository, head) = (stage.Kit.Fake.People, stage.Kit.Repository, pull.Head);

        var heard = await stage.HearAsync(async () =>
        {
            await people.FailRunAsync(repository, head.Value, "CI", "test", "log");
            await people.FinishChecksAsync(repository, head.Value);
            await people.CheckAsync(repository, head.Value, "codecov", "coverage", "failure", "Fell", null);
            await people.SetStatusAsync(repository, head.Value, "jenkins", "error", null, Ann);
        });

        var run = Assert.IsType<RepositoryEvent.RunChanged>(heard[0]).Run;
        Assert.Equal(("CI", "failure", head, FeedbackKit.Branch, false), (run.Name, run.Conclusion, run.Head, run.Branch, run.IsFromFork));
        Assert.Equal("success", Assert.IsType<RepositoryEvent.RunChanged>(heard[1]).Run.Conclusion);
        Assert.Equal((head, "failure"), Assert.IsType<RepositoryEvent.ChecksChanged>(heard[2]) is var suite ? (suite.Commit, suite.Conclusion) : default);
        Assert.Equal((head, "jenkins", "error"), Assert.IsType<RepositoryEvent.StatusChanged>(heard[3]) is var status ? (status.Commit, status.Context, status.State) : default);
    }

    [Fact]
    public async Task Issue_that_is_edited_unlabelled_and_opened_again_is_told()
    {
        await using var stage = await Stage.OpenAsync();
        var issue = stage.Kit.IssueOf(await stage.Kit.OpenIssueAsync());
        var (people, repository) = (stage.Kit.Fake.People, stage.Kit.Repository);
        await people.LabelAsync(repository, issue, "claude", Ann);

        var heard = await stage.HearAsync(async () =>
        {
            await people.EditIssueAsync(repository, issue, "It breaks badly", issue.Body, Ann);
            await people.UnlabelAsync(repository, issue, "claude", Ann);
            await people.CloseIssueAsync(repository, issue, Ann);
            await people.ReopenIssueAsync(repository, issue, Ann);
        });

        Assert.Equal(
            [typeof(IssueEvent.Edited), typeof(IssueEvent.Unlabeled), typeof(IssueEvent.Closed), typeof(IssueEvent.Reopened)],
            heard.Cast<RepositoryEvent.IssueChanged>().Select(one => one.Issue.GetType()));
    }

    [Fact]
    public async Task Promotion_and_answer_of_ours_are_told_as_anybodys()
    {
        await using var stage = await Stage.OpenAsync();
        var pull = await stage.Kit.OpenPullRequestAsync();
        await pull.ReviewAsync(null, new Remark("a.cs", 3, "Why?"));
        stage.Kit.Repository.Git.Branch("claude/wip/1-1-a2", pull.Head.Value);
        var next = new CommitId(stage.Kit.Repository.Git.Commit("claude/wip/1-1-a2", "mended.txt", "better"));

        var heard = await stage.HearAsync(async () =>
        {
            await stage.Kit.Service.PromoteAsync(stage.Kit.Ref, new(FeedbackKit.Branch, pull.Head, next, "claude/wip/1-1-a2"), default);
            await pull.ReplyAsync(pull.Pull.ReviewComments[0], "Done.");
        });

        Assert.Contains(heard, one => one is RepositoryEvent.Pushed { After: var after } && after == next);
        Assert.Contains(heard, one => one is RepositoryEvent.PullRequestChanged { Action: "synchronize" } change && change.PullRequest.HeadCommit == next);
        Assert.Contains(heard, one => one is RepositoryEvent.ReviewCommented { InReplyTo: not null, Sender.Login: GitHubKit.Robot });
    }

    /// <summary>A fake whose webhook is told nothing by wire: what it would have sent is read here.</summary>
    private sealed class Stage : IAsyncDisposable
    {
        private Stage(GitHubKit kit) => Kit = kit;

        public GitHubKit Kit { get; }

        public static async Task<Stage> OpenAsync() => new(await GitHubKit.StartAsync());

        public async Task<IReadOnlyList<RepositoryEvent>> HearAsync(Func<Task> act)
        {
            var webhooks = Kit.Fake.Webhooks;
            webhooks.Target = new Uri("http://127.0.0.1:1/");
            webhooks.Plan([.. Enumerable.Repeat(FakeGitHub.Webhooks.DeliveryFate.Lost, 50)]);
            await act();
            return [.. webhooks.Deliveries.Select(delivery => RepositoryEventReader.Read(Encoding.UTF8.GetBytes(delivery.Body), "hook", delivery.Event)!)];
        }

        public async ValueTask DisposeAsync()
        {
            var deliveries = Kit.Fake.Webhooks.Deliveries;
            await Kit.DisposeAsync();
            Findings.None(await GitHubSchemas.CheckWebhooksAsync(deliveries));
        }
    }
}
