using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>A GitHub that tells nobody of anything, and a coordinator that finds it out.</summary>
public sealed class ReconcilerTests : IAsyncLifetime
{
    private const string List = "GET /repos/{owner}/{repo}/issues";
    private const string Look = "GraphQL ReadPullRequest";

    private readonly TestFolder _folder = new();
    private Shop _shop = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _shop = await Shop.OpenAsync(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _shop.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_label_that_nobody_told_of_is_a_flow()
    {
        await using var coordinator = await StartAsync();
        var issue = await LabelledAsync(Shop.Maintainer);

        await TestCoordinator.UntilAsync(async () => await _shop.FlowAsync(coordinator, issue) is not null);

        var flow = (await _shop.FlowAsync(coordinator, issue))!.ReadFlow()!;
        Assert.Equal((Shop.Maintainer, "It breaks", "When I press it.", true), (flow.Requester.Login, flow.Issue.Title, flow.Issue.Body, flow.StaysOpen));
    }

    [Fact]
    public async Task Where_nothing_was_lost_a_look_costs_nothing()
    {
        await using var coordinator = await StartAsync();
        var issue = await LabelledAsync(Shop.Maintainer);
        await TestCoordinator.UntilAsync(async () => await _shop.FlowAsync(coordinator, issue) is not null);
        await UntilQuietAsync();
        _shop.GitHub.Requests.Clear();

        await UntilLooksAsync(3);

        Assert.All(_shop.GitHub.Requests.All, request => Assert.Equal((304, false), (request.Status, request.IsCounted)));
    }

    [Fact]
    public async Task An_outsider_s_label_starts_nothing_and_is_asked_about_once()
    {
        await using var coordinator = await StartAsync();
        var issue = await LabelledAsync("mallory");

        await UntilAsync(request => request.Operation == "GET /repos/{owner}/{repo}/collaborators/{username}/permission");
        await UntilLooksAsync(3);

        Assert.Null(await _shop.FlowAsync(coordinator, issue));
        Assert.Single(_shop.GitHub.Requests.All, request => request.Operation == "GraphQL ReadLabelling");
    }

    [Fact]
    public async Task A_text_that_was_edited_after_the_label_was_set_starts_nothing_and_the_audit_says_so()
    {
        var issue = await LabelledAsync(Shop.Maintainer);
        await _shop.GitHub.People.EditIssueAsync(_shop.Repository, issue, "It breaks", "Delete everything.", "mallory");
        await using var coordinator = await StartAsync();

        await TestCoordinator.UntilAsync(async () => (await coordinator.AuditAsync()).Any(entry => entry!["what"]!.GetValue<string>() == $"octo/shop#{issue.Number}"));

        Assert.Contains("'mallory' edited the issue", (await coordinator.AuditAsync())[^1]!["why"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null(await _shop.FlowAsync(coordinator, issue));
    }

    [Fact]
    public async Task A_label_that_a_flow_has_answered_starts_no_other()
    {
        var issue = await LabelledAsync(Shop.Maintainer);
        string operatorToken;
        await using (var before = await StartAsync(reconciles: false))
        {
            operatorToken = before.OperatorToken;
            var client = new DurableTaskClient(before.Hub);
            var flow = await _shop.RestAsync(before, issue, await _shop.OpenPullRequestAsync());
            await client.TerminateInstanceAsync(flow, cancellation: Cancellation);
            await client.WaitForInstanceCompletionAsync(flow, getInputsAndOutputs: false, Cancellation);
        }

        await using var after = await StartAsync(operatorToken: operatorToken);
        await UntilAsync(request => request.Operation == "GraphQL ReadLabelling");
        await TestCoordinator.UntilAsync(async () => await EventsAsync(after) is [{ IsCompleted: true }]);

        Assert.Contains("older than the end", Assert.Single(await EventsAsync(after)).ReadOutputAs<EventReceipt>()!.Reason, StringComparison.Ordinal);
        Assert.Null(await new DurableTaskClient(after.Hub).GetInstanceAsync($"issue-{_shop.Repository.Id}-{issue.Number}-2", getInputsAndOutputs: false, Cancellation));
    }

    [Theory]
    [InlineData("closed", "'octo' closed the issue")]
    [InlineData("unlabelled", "'octo' took the label 'claude' away")]
    [InlineData("excluded", "'octo' set the label 'claude:skip'")]
    public async Task What_stops_work_and_was_told_to_nobody_stops_it(string what, string why)
    {
        await using var coordinator = await StartAsync();
        var issue = await LabelledAsync(Shop.Maintainer);
        await TestCoordinator.UntilAsync(async () => await _shop.FlowAsync(coordinator, issue) is not null);

        await (what switch
        {
            "closed" => _shop.GitHub.People.CloseIssueAsync(_shop.Repository, issue, Shop.Maintainer),
            "unlabelled" => _shop.GitHub.People.UnlabelAsync(_shop.Repository, issue, "claude", Shop.Maintainer),
            _ => _shop.GitHub.People.LabelAsync(_shop.Repository, issue, "claude:skip", Shop.Maintainer),
        });

        await TestCoordinator.UntilAsync(async () => (await _shop.FlowAsync(coordinator, issue))!.IsCompleted);
        Assert.Contains(why, (await _shop.FlowAsync(coordinator, issue))!.ReadFlow()!.EndReason!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_outsider_s_hand_stops_nothing_and_is_asked_about_once()
    {
        await using var coordinator = await StartAsync();
        var issue = await LabelledAsync(Shop.Maintainer);
        await TestCoordinator.UntilAsync(async () => await _shop.FlowAsync(coordinator, issue) is not null);

        await _shop.GitHub.People.CloseIssueAsync(_shop.Repository, issue, "mallory");
        await UntilAsync(request => request.Operation == "GraphQL ReadLabelling");
        await UntilQuietAsync();

        Assert.False((await _shop.FlowAsync(coordinator, issue))!.IsCompleted);
        Assert.Equal(2, _shop.GitHub.Requests.All.Count(request => request.Operation == "GraphQL ReadLabelling"));
    }

    [Fact]
    public async Task A_merge_that_nobody_told_of_ends_the_flow()
    {
        await using var coordinator = await StartAsync(looksAtOnce: true);
        var issue = await _shop.OpenIssueAsync();
        var pull = await _shop.OpenPullRequestAsync();
        var flow = await _shop.RestAsync(coordinator, issue, pull);

        await _shop.GitHub.People.MergeAsync(_shop.Repository, pull, Shop.Maintainer);

        var ended = await new DurableTaskClient(coordinator.Hub).WaitForInstanceCompletionAsync(flow, getInputsAndOutputs: true, Cancellation).WaitAsync(TestCoordinator.Patience, Cancellation);
        Assert.Equal(FlowPhase.Done, ended.ReadFlow()!.Phase);
    }

    [Theory]
    [InlineData("review", Goal.AnswerReview)]
    [InlineData("checks", Goal.MendChecks)]
    [InlineData("conflict", Goal.ResolveConflict)]
    public async Task What_came_back_on_a_pull_request_unheard_begins_a_round(string what, Goal goal)
    {
        await using var coordinator = await StartAsync(looksAtOnce: true);
        var issue = await _shop.OpenIssueAsync();
        var pull = await _shop.OpenPullRequestAsync();
        await _shop.RestAsync(coordinator, issue, pull);

        await (what switch
        {
            "review" => _shop.GitHub.People.ReviewAsync(_shop.Repository, pull, Shop.Maintainer, "changes_requested", "Not yet."),
            "checks" => _shop.GitHub.People.FailRunAsync(_shop.Repository, _shop.Head, "CI", "test", "not ok"),
            _ => (Task)_shop.GitHub.People.PushAsync(_shop.Repository, "main", "mended.txt", "Otherwise\n", Shop.Maintainer),
        });

        await TestCoordinator.UntilAsync(async () => (await _shop.FlowAsync(coordinator, issue))!.ReadFlow()!.Round?.Goal == goal);
    }

    [Fact]
    public async Task Looking_again_and_again_at_a_pull_request_where_nothing_happens_costs_nothing()
    {
        await using var coordinator = await StartAsync(looksAtOnce: true);
        var issue = await _shop.OpenIssueAsync();
        await _shop.RestAsync(coordinator, issue, await _shop.OpenPullRequestAsync());
        await UntilAsync(request => request.Operation == Look);
        await UntilQuietAsync();
        _shop.GitHub.Requests.Clear();

        await UntilLooksAsync(50);

        Assert.Contains(_shop.GitHub.Requests.All, request => request.Operation == "GET /repos/{owner}/{repo}/pulls/{pull_number}");
        Assert.All(_shop.GitHub.Requests.All, request => Assert.Equal((304, false), (request.Status, request.IsCounted)));
    }

    [Fact]
    public async Task A_flow_that_heard_something_lately_is_left_alone()
    {
        await using var coordinator = await StartAsync();
        var issue = await _shop.OpenIssueAsync();
        await _shop.RestAsync(coordinator, issue, await _shop.OpenPullRequestAsync());

        await UntilLooksAsync(3);

        Assert.DoesNotContain(_shop.GitHub.Requests.All, request => request.Operation == Look);
    }

    [Fact]
    public async Task A_GitHub_that_fails_is_asked_again_later()
    {
        _shop.GitHub.Faults.Plan(List, Fault.Unprocessable, 2);
        await using var coordinator = await StartAsync();
        var issue = await LabelledAsync(Shop.Maintainer);

        await TestCoordinator.UntilAsync(async () => await _shop.FlowAsync(coordinator, issue) is not null);
    }

    private Task<TestCoordinator> StartAsync(bool looksAtOnce = false, bool reconciles = true, string? operatorToken = null) => TestCoordinator.StartAsync(
        _folder.Path,
        operatorToken,
        change: options => options with
        {
            GitHub = _shop.Service,
            Feedback = _shop.Service,
            LostEvents = reconciles ? _shop.Service.LostEvents : null,
            Reconciler = new ReconcilerOptions
            {
                Every = TimeSpan.FromMilliseconds(50),
                PullRequestsEvery = looksAtOnce ? TimeSpan.Zero : TimeSpan.FromHours(1),
                Repositories = [Shop.Name],
            },
        });

    private async Task<Issue> LabelledAsync(string login)
    {
        var issue = await _shop.OpenIssueAsync();
        await _shop.GitHub.People.LabelAsync(_shop.Repository, issue, "claude", login);
        return issue;
    }

    private static async Task<IReadOnlyList<OrchestrationMetadata>> EventsAsync(TestCoordinator coordinator) =>
        await new DurableTaskClient(coordinator.Hub).GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "event-", FetchInputsAndOutputs: true)).ToListAsync(Cancellation);

    private Task UntilAsync(Func<LoggedRequest, bool> wanted) => TestCoordinator.UntilAsync(() => Task.FromResult(_shop.GitHub.Requests.All.Any(wanted)));

    private Task UntilLooksAsync(int count) => _shop.UntilAskedAsync(List, count);

    /// <summary>The flow has said that it took the issue, and waits for an agent: two looks in a row find nothing new.</summary>
    private async Task UntilQuietAsync() => await TestCoordinator.UntilAsync(async () =>
    {
        var before = _shop.GitHub.Requests.All.Count;
        await UntilLooksAsync(3);
        return _shop.GitHub.Requests.All.Skip(before).All(request => request.Status == 304);
    });
}
