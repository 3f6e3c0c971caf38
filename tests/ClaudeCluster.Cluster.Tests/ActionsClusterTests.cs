using System.Diagnostics;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>The committed workflow files, run by self-hosted runners: trigger and agents as jobs, beside webhook and daemons; all of it real processes with the real CLI.</summary>
public sealed class ActionsClusterTests(ITestOutputHelper output)
{
    private const int IssuesOfEachHalf = 10;
    private static readonly string[] OnPCs = ["backend", "frontend"];
    private static readonly string[] Connected = ["testing", "devops"];

    [Fact]
    public async Task Issues_labelled_at_once_each_become_the_right_pull_request_half_by_Actions_and_half_by_webhook_and_daemons()
    {
        await using var place = await ActionsPlace.StartAsync(OnPCs, Connected);
        var (actions, daemons) = (Each(OnPCs, IssuesOfEachHalf), Each(Connected, IssuesOfEachHalf));

        var (inRuns, withDaemons) = (await place.OpenAsync(ActionsPlace.ByActions, actions), await place.OpenAsync(ActionsPlace.ByDaemons, daemons));
        await Task.WhenAll(place.LabelAsync(ActionsPlace.ByActions, inRuns), place.LabelAsync(ActionsPlace.ByDaemons, withDaemons));
        await place.UntilReviewedAsync(ActionsPlace.ByActions, inRuns);
        await place.UntilReviewedAsync(ActionsPlace.ByDaemons, withDaemons);
        await place.UntilAllRunsEndedAsync();

        await place.AssertEachHasItsOnePullRequestAsync(ActionsPlace.ByActions, inRuns, actions);
        await place.AssertEachHasItsOnePullRequestAsync(ActionsPlace.ByDaemons, withDaemons, daemons);
        await AssertOneRunForEachAttemptAsync(place, actions);
        await AssertEachWayKeptToItselfAsync(place);
        output.WriteLine(await ToldAsync(place));
    }

    [Fact]
    public async Task Run_that_is_killed_while_Claude_works_leads_to_a_new_attempt_in_a_new_run_and_to_one_pull_request()
    {
        await using var place = await ActionsPlace.StartAsync(["backend"], []);

        var issues = await place.OpenAsync(ActionsPlace.ByActions, ["backend"]);
        await place.LabelAsync(ActionsPlace.ByActions, issues);
        await ActionsPlace.UntilHereAsync(() => place.Cluster.Model.Requests.Count > 0);
        KillAgents(place);
        await place.UntilReviewedAsync(ActionsPlace.ByActions, issues);

        Assert.Equal(2, (await RunsOfOneIssueAsync(place, issues)).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Run_that_is_killed_before_it_claims_its_attempt_is_followed_by_another_run_for_the_same_attempt()
    {
        await using var place = await ActionsPlace.StartAsync(["backend"], []);

        var issues = await place.OpenAsync(ActionsPlace.ByActions, ["backend"]);
        await place.LabelAsync(ActionsPlace.ByActions, issues);
        await ActionsPlace.UntilHereAsync(() => AgentsOf(place).Count > 0);
        KillAgents(place);
        await place.UntilReviewedAsync(ActionsPlace.ByActions, issues);

        Assert.Single((await RunsOfOneIssueAsync(place, issues)).Distinct(StringComparer.Ordinal));
    }

    /// <returns>The names of its two runs.</returns>
    private static async Task<IEnumerable<string>> RunsOfOneIssueAsync(ActionsPlace place, IReadOnlyList<int> issues)
    {
        await place.AssertEachHasItsOnePullRequestAsync(ActionsPlace.ByActions, issues, ["backend"]);
        await place.UntilAllRunsEndedAsync();
        var runs = await place.RunsOfAsync(ActionsPlace.AgentRun);
        Assert.Equal(["failure", "success"], runs.Select(run => run.Conclusion));
        return runs.Select(run => run.Title);
    }

    /// <summary>By name for the attempt, on the runner with the specialty, and green; and the status labels of our own App ran nothing.</summary>
    private static async Task AssertOneRunForEachAttemptAsync(ActionsPlace place, IReadOnlyList<string> specialties)
    {
        var runs = await place.RunsOfAsync(ActionsPlace.AgentRun);
        Assert.Equal(specialties.Count, runs.Select(run => run.Title).Distinct(StringComparer.Ordinal).Count());
        Assert.All(runs, run => Assert.Equal("success", run.Conclusion));
        Assert.All(runs, run => Assert.Contains(run.Jobs.Single().Runner!["runner-".Length..], run.Jobs.Single().Labels, StringComparer.Ordinal));
        Assert.Equal(specialties.Select(specialty => $"runner-{specialty}").Order(StringComparer.Ordinal), runs.Select(run => run.Jobs.Single().Runner!).Order(StringComparer.Ordinal));
        var triggers = await place.RunsOfAsync(ActionsPlace.TriggerRun);
        Assert.All(triggers, run => Assert.Contains(run.Conclusion, (string[])["success", "skipped"]));
        Assert.All(triggers.Where(run => run.Conclusion == "success"), run => Assert.Equal("coordinator", run.Jobs.Single().Runner));
        Assert.All(triggers.Where(run => run.Actor.Type == "Bot"), run => Assert.Equal("skipped", run.Conclusion));
    }

    /// <summary>No webhook where the trigger is, and no run where the daemons are.</summary>
    private static async Task AssertEachWayKeptToItselfAsync(ActionsPlace place)
    {
        var deliveries = await place.GitHub.DeliveriesAsync();
        Assert.NotEmpty(deliveries);
        Assert.All(deliveries, delivery => Assert.DoesNotContain(ActionsPlace.ByActions, delivery.Body, StringComparison.Ordinal));
        Assert.All(await place.GitHub.RunsAsync(), run => Assert.Equal(ActionsPlace.ByActions, run.Repository));
        Assert.DoesNotContain(await place.GitHub.RequestsAsync(), request => request.Path.Contains(ActionsPlace.ByDaemons, StringComparison.Ordinal) && request.Path.Contains("/dispatches", StringComparison.Ordinal));
    }

    private static async Task<string> ToldAsync(ActionsPlace place)
    {
        var runs = (await place.GitHub.RunsAsync()).Where(run => run.IsWanted).CountBy(run => $"{run.Path} {run.Conclusion}");
        var requests = (await place.GitHub.RequestsAsync()).CountBy(request => request.Operation ?? request.Path);
        return $"runs: {string.Join(", ", runs.Select(each => $"{each.Value} × {each.Key}"))}; requests: {string.Join(", ", requests.Select(each => $"{each.Value} × {each.Key}"))}";
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
