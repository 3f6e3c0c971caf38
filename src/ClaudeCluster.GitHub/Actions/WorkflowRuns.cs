using System.Globalization;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>
/// Wakes agent PCs by runs of <c>claude-agent.yml</c>. The attempt's id is an input of the run and, by its <c>run-name</c>, its title: so it
/// can be found again where GitHub did not say which run it began. What GitHub refuses for good is words for people, and no exception.
/// </summary>
/// <param name="dispatching">With a token that may begin runs (actions: write).</param>
/// <param name="looking">With a token that may see runners (administration: read).</param>
/// <param name="options">For GitHub's lag.</param>
/// <param name="clock">For short waits.</param>
internal sealed class WorkflowRuns(GitHubClient dispatching, GitHubClient looking, GitHubOptions options, TimeProvider clock) : IRunners
{
    private const string Workflow = "claude-agent.yml";
    private const string EveryAgent = "claude-agent";
    private const string EveryRunner = "self-hosted";

    public async Task<RunnerLook> LookAsync(RepositoryRef repository, Specialty specialty, CancellationToken cancellationToken)
    {
        var labels = LabelsOf(specialty);
        try
        {
            var request = Get(looking, $"/repos/{repository.FullName}/actions/runners?per_page=100");
            var runners = await looking.ReadPagesAsync(repository.FullName, request, ActionsJson.Default.RunnerListAnswer, page => page.Runners ?? [], cancellationToken);
            var able = runners.Where(runner => labels.All(label => runner.Labels?.Any(has => Same(has.Name, label)) == true)).ToList();
            if (able.Exists(runner => Same(runner.Status, "online")))
                return new(true, null);
            return new(false, able.Count == 0
                ? $"{repository.FullName} has no runner with the labels {string.Join(", ", labels)}"
                : $"{string.Join(" and ", able.Select(runner => $"the runner {runner.Name}"))} with the labels {string.Join(", ", labels)} {(able.Count == 1 ? "is" : "are")} offline");
        }
        catch (Exception unseen) when (unseen is GitHubException.Forbidden or GitHubException.NotFoundOrNoAccess)
        {
            return new(null, $"whether a runner with the labels {string.Join(", ", labels)} is alive cannot be seen without the permission administration: read");
        }
    }

    public async Task<Dispatch> DispatchAsync(RepositoryRef repository, Specialty specialty, string attemptId, CancellationToken cancellationToken)
    {
        try
        {
            return await DispatchAsync(repository, specialty, attemptId, wantsRun: true, cancellationToken);
        }
        catch (GitHubException.Validation refused) when (refused.Problem.Reason.Contains("return_run_details", StringComparison.Ordinal))
        {
            // An older GitHub Enterprise Server. It answers without the run, which is then found by its title.
            return await RefusalAsync(repository, () => DispatchAsync(repository, specialty, attemptId, wantsRun: false, cancellationToken));
        }
        catch (GitHubException refused) when (RefusalOf(repository, refused) is { } words)
        {
            return new(null, words);
        }
    }

    public async Task<AgentRun?> FindRunAsync(RepositoryRef repository, string attemptId, DateTimeOffset since, CancellationToken cancellationToken)
    {
        // GitHub's clock need not be ours.
        var created = (since - TimeSpan.FromMinutes(10)).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var request = Get(dispatching, $"/repos/{repository.FullName}/actions/workflows/{Workflow}/runs?event=workflow_dispatch&created={Uri.EscapeDataString($">={created}")}&per_page=100");
        foreach (var wait in options.LagWaits.Prepend(TimeSpan.Zero))
        {
            await Task.Delay(wait, clock, cancellationToken);
            var all = (await dispatching.ReadAsync(repository.FullName, request, ActionsJson.Default.RunListAnswer, cancellationToken)).WorkflowRuns ?? [];
            if (all.FirstOrDefault(run => IsOf(run, attemptId)) is { } found)
                return Read(found);
        }

        return null;
    }

    public async Task<AgentRun?> ReadRunAsync(RepositoryRef repository, long run, CancellationToken cancellationToken)
    {
        try
        {
            var request = Get(dispatching, string.Create(CultureInfo.InvariantCulture, $"/repos/{repository.FullName}/actions/runs/{run}"));
            return Read(await dispatching.ReadAsync(repository.FullName, request, ActionsJson.Default.RunAnswer, cancellationToken));
        }
        catch (GitHubException.NotFoundOrNoAccess)
        {
            return null;
        }
    }

    private async Task<Dispatch> DispatchAsync(RepositoryRef repository, Specialty specialty, string attemptId, bool wantsRun, CancellationToken cancellationToken)
    {
        var inputs = new DispatchInputs(JsonSerializer.Serialize(LabelsOf(specialty), ActionsJson.Default.IReadOnlyListString), attemptId);
        var body = new NewDispatch(repository.DefaultBranch, inputs, wantsRun ? true : null);
        var request = new GitHubRequest(HttpMethod.Post, dispatching.Address.At($"/repos/{repository.FullName}/actions/workflows/{Workflow}/dispatches"))
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(body, ActionsJson.Default.NewDispatch),
        };
        var answer = await dispatching.SendAsync(repository.FullName, request, cancellationToken);

        // 204 has no body: the run has begun, and nobody says which it is.
        return new(answer.Body.Length == 0 ? null : GitHubClient.Parse(request, answer, ActionsJson.Default.DispatchAnswer).WorkflowRunId, Refusal: null);
    }

    private static async Task<Dispatch> RefusalAsync(RepositoryRef repository, Func<Task<Dispatch>> dispatch)
    {
        try
        {
            return await dispatch();
        }
        catch (GitHubException refused) when (RefusalOf(repository, refused) is { } words)
        {
            return new(null, words);
        }
    }

    /// <returns>Null: it may go better by itself.</returns>
    private static string? RefusalOf(RepositoryRef repository, GitHubException refused) => refused switch
    {
        GitHubException.NotFoundOrNoAccess => $"{repository.FullName} has no .github/workflows/{Workflow} on {repository.DefaultBranch}, or the login for GitHub may not see it",
        GitHubException.Forbidden => "the login for GitHub lacks the permission actions: write, so it can wake no runner",
        GitHubException.Validation => $"GitHub does not run .github/workflows/{Workflow} of {repository.FullName}: {refused.Problem.Reason}",
        _ => null,
    };

    private static IReadOnlyList<string> LabelsOf(Specialty specialty) => [EveryRunner, EveryAgent, specialty.Value];

    /// <summary>The title ends with the attempt's id: <c>-a1</c> is not <c>-a12</c>, nor the other way about.</summary>
    private static bool IsOf(RunAnswer run, string attemptId) => run.DisplayTitle?.Split(' ').Contains(attemptId, StringComparer.Ordinal) == true;

    private static AgentRun? Read(RunAnswer run) => run is { Id: { } id } ? new AgentRun(id, run.HtmlUrl, StateOf(run.Status), run.CreatedAt ?? DateTimeOffset.MaxValue) : null;

    private static AgentRunState StateOf(string? status) => status switch
    {
        "completed" => AgentRunState.Ended,
        "in_progress" => AgentRunState.Running,
        _ => AgentRunState.Queued,
    };

    private static GitHubRequest Get(GitHubClient client, string path) => new(HttpMethod.Get, client.Address.At(path));

    private static bool Same(string? one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
