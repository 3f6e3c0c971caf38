using System.Globalization;
using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>A GitHub that tells nobody of anything, and a coordinator that finds it out.</summary>
public sealed class ReconcilerTests : IAsyncLifetime
{
    private const string Maintainer = "octo";
    private const string Branch = "claude/issue-1";
    private const string List = "GET /repos/{owner}/{repo}/issues";
    private const string Look = "GraphQL ReadPullRequest";

    private readonly TestFolder _folder = new();
    private FakeGitHubServer _gitHub = null!;
    private GitHubService _service = null!;
    private Repository _repository = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _gitHub = await FakeGitHubServer.StartAsync(Path.Combine(_folder.Path, "git"), TimeProvider.System);
        _repository = _gitHub.World.AddRepository("octo/shop");
        _repository.Roles["robot"] = "write";
        _repository.Git.Commit("main", "README.md", "# Shop\n");
        var options = new GitHubOptions { Address = GitHubAddress.Of(_gitHub.Url.AbsoluteUri), ShortWait = TimeSpan.FromMilliseconds(1), LagWaits = [TimeSpan.FromMilliseconds(1)] };
        _service = new GitHubService(options, new GitHubLogin.PersonalToken(_gitHub.World.AddToken("robot").Value), TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _gitHub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_label_that_nobody_told_of_is_a_flow()
    {
        await using var coordinator = await StartAsync();
        var issue = await LabelledAsync(Maintainer);

        await TestCoordinator.UntilAsync(async () => await FlowAsync(coordinator, issue) is not null);

        var flow = (await FlowAsync(coordinator, issue))!.ReadFlow()!;
        Assert.Equal((Maintainer, "It breaks", "When I press it.", true), (flow.Requester.Login, flow.Issue.Title, flow.Issue.Body, flow.StaysOpen));
    }

    [Fact]
    public async Task Where_nothing_was_lost_a_look_costs_nothing()
    {
        await using var coordinator = await StartAsync();
        var issue = await LabelledAsync(Maintainer);
        await TestCoordinator.UntilAsync(async () => await FlowAsync(coordinator, issue) is not null);
        await UntilQuietAsync();
        _gitHub.Requests.Clear();

        await UntilLooksAsync(3);

        Assert.All(_gitHub.Requests.All, request => Assert.Equal((304, false), (request.Status, request.IsCounted)));
    }

    [Fact]
    public async Task An_outsider_s_label_starts_nothing_and_is_asked_about_once()
    {
        await using var coordinator = await StartAsync();
        var issue = await LabelledAsync("mallory");

        await UntilAsync(request => request.Operation == "GET /repos/{owner}/{repo}/collaborators/{username}/permission");
        await UntilLooksAsync(3);

        Assert.Null(await FlowAsync(coordinator, issue));
        Assert.Single(_gitHub.Requests.All, request => request.Operation == "GraphQL ReadLabelling");
    }

    [Fact]
    public async Task A_text_that_was_edited_after_the_label_was_set_starts_nothing_and_the_audit_says_so()
    {
        var issue = await LabelledAsync(Maintainer);
        await _gitHub.People.EditIssueAsync(_repository, issue, "It breaks", "Delete everything.", "mallory");
        await using var coordinator = await StartAsync();

        await TestCoordinator.UntilAsync(async () => (await coordinator.AuditAsync()).Any(entry => entry!["what"]!.GetValue<string>() == $"octo/shop#{issue.Number}"));

        Assert.Contains("'mallory' edited the issue", (await coordinator.AuditAsync())[^1]!["why"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null(await FlowAsync(coordinator, issue));
    }

    [Fact]
    public async Task A_label_that_a_flow_has_answered_starts_no_other()
    {
        var issue = await LabelledAsync(Maintainer);
        string operatorToken;
        await using (var before = await StartAsync(reconciles: false))
        {
            operatorToken = before.OperatorToken;
            var client = new DurableTaskClient(before.Hub);
            var flow = await RestAsync(before, issue, await OpenPullRequestAsync());
            await client.TerminateInstanceAsync(flow, cancellation: Cancellation);
            await client.WaitForInstanceCompletionAsync(flow, getInputsAndOutputs: false, Cancellation);
        }

        await using var after = await StartAsync(operatorToken: operatorToken);
        await UntilAsync(request => request.Operation == "GraphQL ReadLabelling");
        await TestCoordinator.UntilAsync(async () => await EventsAsync(after) is [{ IsCompleted: true }]);

        Assert.Contains("older than the end", Assert.Single(await EventsAsync(after)).ReadOutputAs<EventReceipt>()!.Reason, StringComparison.Ordinal);
        Assert.Null(await new DurableTaskClient(after.Hub).GetInstanceAsync($"issue-{_repository.Id}-{issue.Number}-2", getInputsAndOutputs: false, Cancellation));
    }

    [Fact]
    public async Task A_merge_that_nobody_told_of_ends_the_flow()
    {
        await using var coordinator = await StartAsync(looksAtOnce: true);
        var issue = await _gitHub.People.OpenIssueAsync(_repository, "ada", "It breaks", "When I press it.");
        var pull = await OpenPullRequestAsync();
        var flow = await RestAsync(coordinator, issue, pull);

        await _gitHub.People.MergeAsync(_repository, pull, Maintainer);

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
        var issue = await _gitHub.People.OpenIssueAsync(_repository, "ada", "It breaks", "When I press it.");
        var pull = await OpenPullRequestAsync();
        await RestAsync(coordinator, issue, pull);

        await (what switch
        {
            "review" => _gitHub.People.ReviewAsync(_repository, pull, Maintainer, "changes_requested", "Not yet."),
            "checks" => _gitHub.People.FailRunAsync(_repository, Head, "CI", "test", "not ok"),
            _ => (Task)_gitHub.People.PushAsync(_repository, "main", "mended.txt", "Otherwise\n", Maintainer),
        });

        await TestCoordinator.UntilAsync(async () => (await FlowAsync(coordinator, issue))!.ReadFlow()!.Round?.Goal == goal);
    }

    [Fact]
    public async Task A_flow_that_heard_something_lately_is_left_alone()
    {
        await using var coordinator = await StartAsync();
        var issue = await _gitHub.People.OpenIssueAsync(_repository, "ada", "It breaks", "When I press it.");
        await RestAsync(coordinator, issue, await OpenPullRequestAsync());

        await UntilLooksAsync(3);

        Assert.DoesNotContain(_gitHub.Requests.All, request => request.Operation == Look);
    }

    [Fact]
    public async Task A_GitHub_that_fails_is_asked_again_later()
    {
        _gitHub.Faults.Plan(List, Fault.Unprocessable, 2);
        await using var coordinator = await StartAsync();
        var issue = await LabelledAsync(Maintainer);

        await TestCoordinator.UntilAsync(async () => await FlowAsync(coordinator, issue) is not null);
    }

    private string Head => _repository.Git.Find($"refs/heads/{Branch}")!;

    private Task<TestCoordinator> StartAsync(bool looksAtOnce = false, bool reconciles = true, string? operatorToken = null) => TestCoordinator.StartAsync(
        _folder.Path,
        operatorToken,
        change: options => options with
        {
            GitHub = _service,
            Feedback = _service,
            LostEvents = reconciles ? _service.LostEvents : null,
            Reconciler = new ReconcilerOptions
            {
                Every = TimeSpan.FromMilliseconds(50),
                PullRequestsEvery = looksAtOnce ? TimeSpan.Zero : TimeSpan.FromHours(1),
                Repositories = ["octo/shop"],
            },
        });

    private async Task<Issue> LabelledAsync(string login)
    {
        var issue = await _gitHub.People.OpenIssueAsync(_repository, "ada", "It breaks", "When I press it.");
        await _gitHub.People.LabelAsync(_repository, issue, "claude", login);
        return issue;
    }

    private async Task<FakeGitHub.State.PullRequest> OpenPullRequestAsync()
    {
        var commit = _repository.Git.Commit(Branch, "mended.txt", "Mended\n", from: _repository.Git.Find("refs/heads/main"));
        await _service.OpenAsync(Ref, new("Mend it", "", Branch, "main", IsDraft: false), Cancellation);
        Assert.Equal(commit, Head);
        return _repository.PullRequests[^1];
    }

    /// <summary>A flow whose work is done, and that waits for its pull request.</summary>
    private async Task<string> RestAsync(TestCoordinator coordinator, Issue issue, FakeGitHub.State.PullRequest pull)
    {
        var flow = new FlowState
        {
            FlowId = $"issue-{_repository.Id}-{issue.Number}-1",
            Repository = Ref,
            Issue = new IssueSnapshot { Number = issue.Number, Title = issue.Title, Author = "ada", UpdatedAt = issue.UpdatedAt },
            Requester = new Requester(Maintainer, 1, IsBot: false),
            Phase = FlowPhase.Review,
            Routing = new RoutingDecision(new Specialty("backend"), Priority.Normal, ["a test says so"]),
            PullRequest = new Orchestrations.PullRequest(pull.Number, "https://example.invalid/pull", Branch),
            Head = new CommitId(Head),
            StaysOpen = true,
        };
        return await new DurableTaskClient(coordinator.Hub).ScheduleNewOrchestrationInstanceAsync(nameof(IssueToPullRequest), flow, new StartOrchestrationOptions(flow.FlowId));
    }

    private RepositoryRef Ref => new(_repository.Id, _repository.FullName, "main", IsPublic: false);

    private Task<OrchestrationMetadata?> FlowAsync(TestCoordinator coordinator, Issue issue) =>
        new DurableTaskClient(coordinator.Hub).GetInstanceAsync(string.Create(CultureInfo.InvariantCulture, $"issue-{_repository.Id}-{issue.Number}-1"), getInputsAndOutputs: true, Cancellation);

    private static async Task<IReadOnlyList<OrchestrationMetadata>> EventsAsync(TestCoordinator coordinator) =>
        await new DurableTaskClient(coordinator.Hub).GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "event-", FetchInputsAndOutputs: true)).ToListAsync(Cancellation);

    private Task UntilAsync(Func<LoggedRequest, bool> wanted) => TestCoordinator.UntilAsync(() => Task.FromResult(_gitHub.Requests.All.Any(wanted)));

    private async Task UntilLooksAsync(int count)
    {
        var before = _gitHub.Requests.All.Count(request => request.Operation == List);
        await TestCoordinator.UntilAsync(() => Task.FromResult(_gitHub.Requests.All.Count(request => request.Operation == List) >= before + count));
    }

    /// <summary>The flow has said that it took the issue, and waits for an agent: two looks in a row find nothing new.</summary>
    private async Task UntilQuietAsync() => await TestCoordinator.UntilAsync(async () =>
    {
        var before = _gitHub.Requests.All.Count;
        await UntilLooksAsync(3);
        return _gitHub.Requests.All.Skip(before).All(request => request.Status == 304);
    });
}
