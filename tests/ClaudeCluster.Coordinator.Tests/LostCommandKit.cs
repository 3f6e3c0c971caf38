using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>An issue of the shop's, and a coordinator that may never hear of what is said there.</summary>
public abstract class LostCommandKit : IAsyncLifetime
{
    private protected const string Secret = "the webhook's own secret";
    private protected const string List = "GET /repos/{owner}/{repo}/issues/comments";
    private protected const string Permission = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";

    private protected readonly TestFolder _folder = new();
    private protected Shop _shop = null!;
    private protected Issue _issue = null!;

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private protected string FlowId => _shop.FlowIdOf(_issue);

    public async ValueTask InitializeAsync()
    {
        _shop = await Shop.OpenAsync(_folder.Path);
        _issue = await _shop.OpenIssueAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _shop.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Task<TestCoordinator> StartAsync(bool looks = true, TimeSpan after = default, string? operatorToken = null) => TestCoordinator.StartAsync(
        _folder.Path,
        operatorToken,
        change: options => options with
        {
            GitHub = _shop.Service,
            Feedback = _shop.Service,
            LostEvents = looks ? _shop.Service.LostEvents : null,
            WebhookSecret = Secret,
            Reconciler = new ReconcilerOptions { Every = TimeSpan.FromMilliseconds(50), CommandsAfter = after, Repositories = [Shop.Name] },
        });

    private protected void HearWebhooksOf(TestCoordinator coordinator) =>
        (_shop.GitHub.Webhooks.Secret, _shop.GitHub.Webhooks.Target) = (Secret, new Uri(coordinator.App.Address, "/webhook/github"));

    private protected Task SayAsync(string text, string login = Shop.Maintainer) => _shop.GitHub.People.CommentAsync(_shop.Repository, _issue, login, text);

    private protected async Task<FakeGitHub.State.PullRequest> RestAsync(TestCoordinator coordinator)
    {
        var pull = await _shop.OpenPullRequestAsync();
        await _shop.RestAsync(coordinator, _issue, pull);
        return pull;
    }

    private protected async Task<FlowState> FlowAsync(TestCoordinator coordinator) =>
        (await _shop.FlowAsync(coordinator, _issue))!.ReadFlow()!;

    private protected static async Task<IReadOnlyList<(RepositoryEvent Event, EventReceipt? Receipt)>> ReceiptsAsync(TestCoordinator coordinator) =>
        await new DurableTaskClient(coordinator.Hub).GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "event-", FetchInputsAndOutputs: true))
            .Select(instance => (instance.ReadInputAs<EventDelivery>()!.Event, instance.IsCompleted ? instance.ReadOutputAs<EventReceipt>() : null))
            .ToListAsync(Cancellation);

    private protected async Task NothingElseHappenedAsync(TestCoordinator coordinator)
    {
        Assert.Single(await ReceiptsAsync(coordinator));
        Assert.Equal(1, await AnswersAsync());
        Assert.Single(_shop.GitHub.Requests.All, request => request.Operation == Permission);
    }

    private protected Task<int> AnswersAsync()
    {
        lock (_shop.GitHub.World.Gate)
            return Task.FromResult(_issue.Comments.Count(comment => comment.Author.Login == "robot" && comment.Body.Contains("answer-", StringComparison.Ordinal)));
    }

    /// <summary>The pull request has stood as it stands for longer than its times are exact.</summary>
    private protected Task UntilQuietAsync() => TestCoordinator.UntilAsync(async () =>
    {
        var before = _shop.GitHub.Requests.All.Count;
        await UntilLooksAsync(3);
        return _shop.GitHub.Requests.All.Skip(before).All(request => request.Status == 304);
    });

    private protected Task UntilLooksAsync(int count) => _shop.UntilAskedAsync(List, count);
}
