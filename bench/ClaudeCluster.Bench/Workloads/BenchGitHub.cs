using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using ClaudeCluster.Bench.Machine;
using ClaudeCluster.Coordinator;
using ClaudeCluster.DurableTask;
using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage.Sqlite;
using ClaudeCluster.DurableTask.Worker;
using ClaudeCluster.FakeGitHub;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.GitHub;
using ClaudeCluster.Orchestrations;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.Bench.Workloads;

/// <summary>The GitHub of the tests with one repository, a coordinator that works for it by a GitHub App, and an agent that pushes one file.</summary>
internal sealed class BenchGitHub : IAsyncDisposable
{
    private const string Person = "octo";
    private const string Secret = "the webhook's own secret";

    private static readonly string[] Uncounted = ["POST /app/installations/{installation_id}/access_tokens", "GET /repos/{owner}/{repo}/installation", "DELETE /installation/token"];

    private readonly CancellationTokenSource _stop = new();
    private readonly FakeGitHubServer _fake;
    private readonly Repository _repository;
    private readonly GitHubService _service;
    private readonly LocalTaskHub _hub;
    private readonly CoordinatorApp _coordinator;
    private readonly Task _agent;

    private BenchGitHub(FakeGitHubServer fake, Repository repository, GitHubService service, LocalTaskHub hub, CoordinatorApp coordinator)
    {
        (_fake, _repository, _service, _hub, _coordinator) = (fake, repository, service, hub, coordinator);
        (fake.Webhooks.Target, fake.Webhooks.Secret) = (new Uri(coordinator.Address, "webhook/github"), Secret);
        _agent = RunAgentAsync();
    }

    public static async Task<BenchGitHub> StartAsync(WorkFolder folder, CancellationToken cancellation)
    {
        var fake = await FakeGitHubServer.StartAsync(folder.NewFolder("github"), TimeProvider.System);
        var repository = fake.World.AddRepository("octo/answers");
        repository.Roles[Person] = "admin";
        repository.Git.Commit("main", "README.md", "# Answers\n");
        foreach (var phase in Enum.GetValues<FlowPhase>().Select(RepositoryPolicy.Default.Labels.Status).Distinct(StringComparer.Ordinal))
            repository.Labels.Add(new Label(fake.World.NewId(), phase));
        var service = new GitHubService(new GitHubOptions { Address = GitHubAddress.Of(fake.Url.AbsoluteUri) }, Login(fake, repository), TimeProvider.System);
        var store = new SqliteHubStore(Path.Combine(folder.NewFolder("hub"), "hub.db"));
        var hub = new LocalTaskHub(store, TimeProvider.System);
        await hub.OpenAsync(cancellation);
        var options = new CoordinatorOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Records = store.Records, Hub = hub, GitHub = service, Feedback = service, WebhookSecret = Secret };
        return new BenchGitHub(fake, repository, service, hub, await CoordinatorApp.StartAsync(options, TimeProvider.System, cancellation: cancellation));
    }

    /// <returns>The requests of one issue.</returns>
    public async Task<int> CountFromLabelToMergeAsync(CancellationToken cancellation)
    {
        var issue = await _fake.People.OpenIssueAsync(_repository, Person, "A question", "Answer it.", "backend");
        var before = Count();
        await _fake.People.LabelAsync(_repository, issue, "claude", Person);
        await UntilAsync(() => Has(issue, FlowPhase.Review) && _repository.PullRequests.Exists(pull => pull.State == "open") && IsGone($"claude/wip/{issue.Number}-1-a1"), cancellation);
        await _fake.People.MergeAsync(_repository, _repository.PullRequests.Find(pull => pull.State == "open")!, Person);
        await UntilAsync(() => Has(issue, FlowPhase.Done) && IsGone($"claude/issue-{issue.Number}"), cancellation);
        return Count() - before;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _agent;
        await _coordinator.DisposeAsync();
        await _service.DisposeAsync();
        await _hub.DisposeAsync();
        await _fake.DisposeAsync();
        _stop.Dispose();
    }

    private static GitHubLogin.App Login(FakeGitHubServer fake, Repository repository)
    {
        using var key = RSA.Create(2048);
        var permissions = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["actions"] = "read",
            ["checks"] = "read",
            ["contents"] = "write",
            ["issues"] = "write",
            ["metadata"] = "read",
            ["pull_requests"] = "write",
            ["statuses"] = "read",
        };
        var app = fake.World.AddApp("claude-cluster", RSA.Create(key.ExportParameters(includePrivateParameters: false)), permissions, repository);
        return new GitHubLogin.App(app.Id.ToString(CultureInfo.InvariantCulture), key.ExportRSAPrivateKeyPem());
    }

    private async Task RunAgentAsync()
    {
        var client = new DurableTaskClient(_hub);
        var registry = new DurableTaskRegistry().AddActivityFunc<AgentTask, AttemptResult>(AgentAddress.Any(new Specialty("backend")), async (_, task) =>
        {
            await client.RaiseAttemptStartedAsync(task.AttemptId, new AttemptStarted(new AgentId("bench"), "bench", RunUrl: null), _stop.Token);
            var commit = _repository.Git.Commit(task.AttemptBranch, $"{task.AttemptId}.txt", "An answer\n", from: "main");
            return new AttemptResult { Agent = new AgentId("bench"), Outcome = new AttemptOutcome.Succeeded(), Commit = new CommitId(commit) };
        });
        await using var services = new ServiceCollection().BuildServiceProvider();
        await new DurableTaskWorker(_hub, registry, services, new DurableTaskWorkerOptions { WorkerId = "bench", DrainTimeout = TimeSpan.Zero }, TimeProvider.System).RunAsync(_stop.Token);
    }

    private int Count() => _fake.Requests.All.Count(request => !Uncounted.Contains(request.Operation, StringComparer.Ordinal));

    private static bool Has(Issue issue, FlowPhase phase) => issue.Labels.Exists(label => label.Name == RepositoryPolicy.Default.Labels.Status(phase));

    private bool IsGone(string branch) => _repository.Git.Find($"refs/heads/{branch}") is null;

    private async Task UntilAsync(Func<bool> holds, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        while (true)
        {
            lock (_fake.World.Gate)
            {
                if (holds())
                    return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, patience.Token);
        }
    }
}
