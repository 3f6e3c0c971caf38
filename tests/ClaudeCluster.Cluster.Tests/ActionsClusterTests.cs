using System.Diagnostics;
using System.Globalization;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.Runner.Tests;

/// <summary>The committed workflow files, run by self-hosted runners: trigger and agents as jobs, beside webhook and daemons; all of it real processes with the real CLI.</summary>
public sealed class ActionsClusterTests(ITestOutputHelper output)
{
    private const int IssuesAtScaleOne = 8;
    private const int MostIssues = 20;
    private static readonly string[] OnPCs = ["backend", "frontend"];
    private static readonly string[] Connected = ["testing", "devops"];

    private static int Scale => int.TryParse(Environment.GetEnvironmentVariable("CC_SCALE"), NumberStyles.None, CultureInfo.InvariantCulture, out var scale) ? scale : 1;

    [Fact]
    public async Task Issues_labelled_at_once_each_become_the_right_pull_request_half_by_Actions_and_half_by_webhook_and_daemons()
    {
        await using var place = await ActionsPlace.StartAsync(OnPCs, Connected);
        var half = Math.Min(MostIssues, IssuesAtScaleOne * Scale) / 2;
        var (actions, daemons) = (Each(OnPCs, half), Each(Connected, half));

        var labelled = await Task.WhenAll(place.LabelAsync(place.ByActions, actions), place.LabelAsync(place.ByDaemons, daemons));
        await place.UntilReviewedAsync((place.ByActions, labelled[0]), (place.ByDaemons, labelled[1]));
        await place.UntilAsync(() => place.GitHub.World.Actions.All.TrueForAll(run => run.Status == "completed"));

        ActionsPlace.AssertEachHasItsOnePullRequest(place.ByActions, labelled[0], actions);
        ActionsPlace.AssertEachHasItsOnePullRequest(place.ByDaemons, labelled[1], daemons);
        AssertOneRunForEachAttempt(place, half);
        Assert.All(place.GitHub.Webhooks.Deliveries, delivery => Assert.DoesNotContain(place.ByActions.FullName, delivery.Body, StringComparison.Ordinal));
        Assert.Empty(place.GitHub.Requests.All.Where(request => request.Path.Contains(place.ByDaemons.FullName, StringComparison.Ordinal) && request.Path.Contains("/dispatches", StringComparison.Ordinal)));
        output.WriteLine($"{half * 2} issues; runs: {string.Join(", ", place.GitHub.World.Actions.Runs.CountBy(run => $"{run.Path} {run.Conclusion}"))}; requests: {string.Join(", ", place.GitHub.Requests.All.CountBy(request => request.Operation ?? request.Path).Select(each => $"{each.Value} × {each.Key}"))}");
    }

    [Fact]
    public async Task Run_that_is_killed_while_Claude_works_leads_to_a_new_attempt_in_a_new_run_and_to_one_pull_request()
    {
        await using var place = await ActionsPlace.StartAsync(["backend"], []);

        var issues = await place.LabelAsync(place.ByActions, ["backend"]);
        await place.UntilAsync(() => place.Cluster.Model.Requests.Count > 0);
        KillAgents(place);
        await place.UntilReviewedAsync((place.ByActions, issues));

        Assert.Equal(2, (await RunsOfOneIssueAsync(place, issues)).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Run_that_is_killed_before_it_claims_its_attempt_is_followed_by_another_run_for_the_same_attempt()
    {
        await using var place = await ActionsPlace.StartAsync(["backend"], []);

        var issues = await place.LabelAsync(place.ByActions, ["backend"]);
        await place.UntilAsync(() => AgentsOf(place).Count > 0);
        KillAgents(place);
        await place.UntilReviewedAsync((place.ByActions, issues));

        Assert.Single((await RunsOfOneIssueAsync(place, issues)).Distinct(StringComparer.Ordinal));
    }

    /// <returns>The names of its two runs.</returns>
    private static async Task<IEnumerable<string>> RunsOfOneIssueAsync(ActionsPlace place, IReadOnlyList<Issue> issues)
    {
        ActionsPlace.AssertEachHasItsOnePullRequest(place.ByActions, issues, ["backend"]);
        await place.UntilAsync(() => place.RunsOf(ActionsPlace.AgentRun).All(run => run.Status == "completed"));
        var runs = place.RunsOf(ActionsPlace.AgentRun);
        Assert.Equal(["failure", "success"], runs.Select(run => run.Conclusion));
        return runs.Select(run => run.Title);
    }

    /// <summary>By name for the attempt, on the runner with the specialty, and green; and the status labels of our own App ran nothing.</summary>
    private static void AssertOneRunForEachAttempt(ActionsPlace place, int issues)
    {
        var runs = place.RunsOf(ActionsPlace.AgentRun);
        Assert.Equal(issues, runs.Count);
        Assert.Equal(issues, runs.Select(run => run.Title).Distinct(StringComparer.Ordinal).Count());
        Assert.All(runs, run => Assert.Equal("success", run.Conclusion));
        Assert.All(runs, run => Assert.Contains(run.Jobs.Single().Runner!.Name["runner-".Length..], run.Jobs.Single().Labels, StringComparer.Ordinal));
        var triggers = place.RunsOf(ActionsPlace.TriggerRun);
        Assert.All(triggers, run => Assert.Contains(run.Conclusion, (string[])["success", "skipped"]));
        Assert.All(triggers.Where(run => run.Conclusion == "success"), run => Assert.Equal("coordinator", run.Jobs.Single().Runner!.Name));
        Assert.All(triggers.Where(run => run.Actor.Type == "Bot"), run => Assert.Equal("skipped", run.Conclusion));
    }

    private static IReadOnlyList<string> Each(string[] specialties, int count) => [.. Enumerable.Range(0, count).Select(index => specialties[index % specialties.Length])];

    /// <summary>As by <c>kill -9</c> of the job's own process.</summary>
    private static void KillAgents(ActionsPlace place)
    {
        foreach (var id in AgentsOf(place))
        {
            using var agent = Process.GetProcessById(id);
            agent.Kill();
        }
    }

    private static IReadOnlyList<int> AgentsOf(ActionsPlace place) => [.. Killer.ProcessesOf(place.Cluster, "dotnet").Where(IsAgent)];

    private static bool IsAgent(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Contains("agent\0--once", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It has ended by itself.
            return false;
        }
    }
}
