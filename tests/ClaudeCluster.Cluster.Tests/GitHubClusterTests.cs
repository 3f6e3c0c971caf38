using System.Globalization;
using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>A labelled issue on GitHub becomes a pull request there: webhook, coordinator and agents as processes, the real CLI, git over HTTP, a GitHub App.</summary>
public sealed class GitHubClusterTests(ITestOutputHelper output)
{
    private const int Issues = 8;
    private const int KillsAtScaleOne = 4;
    private static int Scale => int.TryParse(Environment.GetEnvironmentVariable("CC_SCALE"), NumberStyles.None, CultureInfo.InvariantCulture, out var scale) ? scale : 1;

    [Fact]
    public async Task Issues_that_are_labelled_at_once_each_become_their_one_pull_request_with_one_comment_and_few_requests()
    {
        await using var place = await StartAsync();

        var issues = await place.LabelAsync(Issues);
        await place.UntilReviewedAsync(issues);

        place.AssertEachHasItsOnePullRequest(issues);
        output.WriteLine($"{place.CountedRequests.Count} requests for {Issues} issues: {string.Join(", ", place.CountedRequests.CountBy(name => name).Select(each => $"{each.Value} × {each.Key}"))}");
        Assert.InRange(place.CountedRequests.Count, 1, 10 * Issues);
    }

    [Fact]
    public async Task Killed_at_random_moments_each_issue_still_has_one_pull_request_one_comment_and_the_right_labels()
    {
        await using var place = await StartAsync();
        var killer = new Killer(place.Cluster, new Random(23));

        var issues = await place.LabelAsync(Issues);
        while (killer.Kills < KillsAtScaleOne * Scale)
        {
            await killer.KillOneAsync();
            if (killer.Kills * 2 > issues.Count)
                issues = [.. issues, .. await place.LabelAsync(2)];
        }

        await place.UntilReviewedAsync(issues);
        output.WriteLine($"{issues.Count} issues, {killer}");
        place.AssertEachHasItsOnePullRequest(issues);
    }

    [Fact]
    public async Task Closing_an_issue_stops_its_work_and_says_so()
    {
        await using var place = await StartAsync(new ModelStep.Hang());
        var issue = Assert.Single(await place.LabelAsync(1));
        await place.UntilAsync(() => place.Cluster.Model.Requests.Count > 0);

        await place.GitHub.People.CloseIssueAsync(place.Repository, issue, GitHubPlace.Maintainer);
        await place.UntilAsync(() => issue.Labels.Exists(label => label.Name == "claude:failed"));

        Assert.Contains("closed the issue", Assert.Single(issue.Comments).Body, StringComparison.Ordinal);
        await place.UntilAsync(() => Killer.ProcessesOf(place.Cluster, "claude").Count == 0);
        Assert.Empty(place.Repository.PullRequests);
    }

    private static Task<GitHubPlace> StartAsync(params IReadOnlyList<ModelStep> script) => GitHubPlace.StartAsync(script.Count > 0 ? script : RealCluster.Script);
}
