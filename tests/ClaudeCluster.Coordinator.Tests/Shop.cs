using System.Globalization;
using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.GitHub;

namespace ClaudeCluster.Coordinator.Tests;

/// <summary>A shop's repository on a fake GitHub, and the cluster's way to it. What its people do there is told to nobody unless a test says so.</summary>
internal sealed class Shop : IAsyncDisposable
{
    public const string Name = "octo/shop";
    public const string Maintainer = "octo";
    public const string Branch = "claude/issue-1";

    private Shop(FakeGitHubServer gitHub, Repository repository, GitHubService service) => (GitHub, Repository, Service) = (gitHub, repository, service);

    public FakeGitHubServer GitHub { get; }

    public Repository Repository { get; }

    public GitHubService Service { get; }

    public RepositoryRef Ref => new(Repository.Id, Repository.FullName, "main", IsPublic: false);

    public string Head => Repository.Git.Find($"refs/heads/{Branch}")!;

    public static async Task<Shop> OpenAsync(string folder)
    {
        var gitHub = await FakeGitHubServer.StartAsync(Path.Combine(folder, "git"), TimeProvider.System);
        var repository = gitHub.World.AddRepository(Name);
        repository.Roles["robot"] = "write";
        repository.Git.Commit("main", "README.md", "# Shop\n");
        var options = new GitHubOptions { Address = GitHubAddress.Of(gitHub.Url.AbsoluteUri), ShortWait = TimeSpan.FromMilliseconds(1), LagWaits = [TimeSpan.FromMilliseconds(1)] };
        return new Shop(gitHub, repository, new GitHubService(options, new GitHubLogin.PersonalToken(gitHub.World.AddToken("robot").Value), TimeProvider.System));
    }

    public Task<Issue> OpenIssueAsync() => GitHub.People.OpenIssueAsync(Repository, "ada", "It breaks", "When I press it.");

    public async Task<FakeGitHub.State.PullRequest> OpenPullRequestAsync()
    {
        Repository.Git.Commit(Branch, "mended.txt", "Mended\n", from: Repository.Git.Find("refs/heads/main"));
        await Service.OpenAsync(Ref, new("Mend it", "", Branch, "main", IsDraft: false), CancellationToken.None);
        return Repository.PullRequests[^1];
    }

    public string FlowIdOf(Issue issue) => string.Create(CultureInfo.InvariantCulture, $"issue-{Repository.Id}-{issue.Number}-1");

    /// <summary>A flow whose work is done, and that waits for its pull request.</summary>
    public Task<string> RestAsync(TestCoordinator coordinator, Issue issue, FakeGitHub.State.PullRequest pull)
    {
        var flow = new FlowState
        {
            FlowId = FlowIdOf(issue),
            Repository = Ref,
            Issue = new IssueSnapshot { Number = issue.Number, Title = issue.Title, Body = issue.Body!, Author = "ada", UpdatedAt = issue.UpdatedAt },
            Requester = new Requester(Maintainer, 1, IsBot: false),
            Phase = FlowPhase.Review,
            Routing = new RoutingDecision(new Specialty("backend"), Priority.Normal, ["a test says so"]),
            PullRequest = new Orchestrations.PullRequest(pull.Number, "https://example.invalid/pull", Branch),
            Head = new CommitId(Head),
            StaysOpen = true,
        };
        return new DurableTaskClient(coordinator.Hub).ScheduleNewOrchestrationInstanceAsync(nameof(IssueToPullRequest), flow, new StartOrchestrationOptions(flow.FlowId));
    }

    public Task<OrchestrationMetadata?> FlowAsync(TestCoordinator coordinator, Issue issue) =>
        new DurableTaskClient(coordinator.Hub).GetInstanceAsync(FlowIdOf(issue), getInputsAndOutputs: true, TestContext.Current.CancellationToken);

    /// <summary>This has been asked so often from now on.</summary>
    public async Task UntilAskedAsync(string operation, int times)
    {
        var before = Asked();
        await TestCoordinator.UntilAsync(() => Task.FromResult(Asked() >= before + times));

        int Asked() => GitHub.Requests.All.Count(request => request.Operation == operation);
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await GitHub.DisposeAsync();
    }
}
