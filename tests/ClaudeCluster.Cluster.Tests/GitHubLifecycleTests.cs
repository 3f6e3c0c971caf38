using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Cluster.Tests;

/// <summary>A pull request's whole life over processes: the fake GitHub, the coordinator, two agents, the real CLI on a scripted model.</summary>
public sealed class GitHubLifecycleTests(ITestOutputHelper output)
{
    // One session goes through all rounds: each takes up where the last one ended.
    private static readonly ModelStep[] FourRounds =
    [
        ModelStep.Write("{folder}/task-{issue}.txt", "A first answer\n"), new ModelStep.Say("Answered."),
        ModelStep.Write("{folder}/mended.txt", "What the check wanted\n"), new ModelStep.Say("Mended."),
        ModelStep.Write("{folder}/reviewed.txt", "What the reviewer wanted\n"), new ModelStep.Say("Changed."),
        ModelStep.Write("{folder}/resolved.txt", "What the maintainer wanted\n"), new ModelStep.Say("Done."),
    ];

    [Fact]
    public async Task From_the_label_over_a_failing_check_and_a_review_to_the_merge()
    {
        await using var place = await GitHubPlace.StartAsync(FourRounds);
        var issue = Assert.Single(await place.LabelAsync(1));
        await place.UntilReviewedAsync([issue]);
        var pull = Assert.Single(place.Repository.PullRequests);

        await place.GitHub.People.FailRunAsync(place.Repository, HeadOf(place), "CI", "test", "ok 1\nnot ok 2: mended.txt is missing\n");
        await UntilHasAsync(place, issue, "mended.txt");
        await place.GitHub.People.ReviewAsync(place.Repository, pull, GitHubPlace.Maintainer, "changes_requested", "Nearly.", new Remark("mended.txt", 1, "Say what the reviewer wanted, please."));
        await UntilHasAsync(place, issue, "reviewed.txt");
        await place.GitHub.People.CommentAsync(place.Repository, pull, GitHubPlace.Maintainer, "/claude and what the maintainer wants");
        await UntilHasAsync(place, issue, "resolved.txt");
        await place.GitHub.People.MergeAsync(place.Repository, pull, GitHubPlace.Maintainer);
        await place.UntilAsync(() => issue.Labels.Exists(label => label.Name == "claude:done") && !new GitCli(place.Repository.Git.Path).Branches().Any(branch => branch.StartsWith("claude/", StringComparison.Ordinal)));

        var prompts = string.Concat(place.Cluster.Model.Requests.Select(request => request.Body));
        Assert.Contains("not ok 2: mended.txt is missing", prompts, StringComparison.Ordinal);
        Assert.Contains("Say what the reviewer wanted, please.", prompts, StringComparison.Ordinal);
        Assert.Contains("and what the maintainer wants", prompts, StringComparison.Ordinal);
        Assert.Equal(["claude:done"], issue.Labels.Select(label => label.Name).Where(name => name.StartsWith("claude:", StringComparison.Ordinal)));
        Assert.Single(issue.Comments);
        Assert.Single(place.Repository.PullRequests);
        Assert.Contains("Attempt 4", pull.Body, StringComparison.Ordinal);
        Assert.Equal("What the maintainer wanted", new GitCli(place.Repository.Git.Path).Run("show", "main:resolved.txt"));
    }

    [Fact]
    public async Task From_the_label_to_the_merge_without_feedback_costs_at_most_ten_requests()
    {
        await using var place = await GitHubPlace.StartAsync(RealCluster.Script);
        var issue = Assert.Single(await place.LabelAsync(1));
        await place.UntilReviewedAsync([issue]);
        await place.GitHub.People.FinishChecksAsync(place.Repository, HeadOf(place));

        await place.GitHub.People.MergeAsync(place.Repository, Assert.Single(place.Repository.PullRequests), GitHubPlace.Maintainer);
        await place.UntilAsync(() => issue.Labels.Exists(label => label.Name == "claude:done") && !new GitCli(place.Repository.Git.Path).Branches().Any(branch => branch.StartsWith("claude/", StringComparison.Ordinal)));

        output.WriteLine($"{place.CountedRequests.Count} requests: {string.Join(", ", place.CountedRequests.CountBy(name => name).Select(each => $"{each.Value} × {each.Key}"))}");
        Assert.InRange(place.CountedRequests.Count, 1, 10);
    }

    [Fact]
    public async Task A_conflict_with_the_base_branch_is_merged()
    {
        await using var place = await GitHubPlace.StartAsync(
        [
            ModelStep.Write("{folder}/task-{issue}.txt", "The cluster's words\n"), new ModelStep.Say("Answered."),
            ModelStep.Write("{folder}/task-{issue}.txt", "The cluster's and somebody's words\n"), new ModelStep.Say("Both."),
        ]);
        var issue = Assert.Single(await place.LabelAsync(1));
        await place.UntilReviewedAsync([issue]);

        await place.GitHub.People.PushAsync(place.Repository, "main", $"task-{issue.Number}.txt", "Somebody's words\n", GitHubPlace.Maintainer);
        await place.UntilAsync(() => Show(place, $"claude/issue-{issue.Number}:task-{issue.Number}.txt") == "The cluster's and somebody's words");
        await place.UntilReviewedAsync([issue]);

        Assert.Equal("main", new GitCli(place.Repository.Git.Path).Run("name-rev", "--name-only", "--refs=refs/heads/main", $"claude/issue-{issue.Number}^2").Trim());
        Assert.Contains("it conflicts with main", Assert.Single(issue.Comments).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_operator_steers_a_flow_from_a_shell()
    {
        await using var place = await GitHubPlace.StartAsync(FourRounds, policy: "access: { approval: true }\n");
        var issue = Assert.Single(await place.LabelAsync(1));
        var flow = $"issue-{place.Repository.Id}-{issue.Number}-1";
        await place.UntilAsync(() => issue.Labels.Exists(label => label.Name == "claude:waiting"));
        Assert.Contains("/claude approve", Assert.Single(issue.Comments).Body, StringComparison.Ordinal);

        var approved = await CallAsync(place, "approve", flow);
        await place.UntilReviewedAsync([issue]);
        var budget = await CallAsync(place, "budget", flow, "5");
        var said = await CallAsync(place, "say", flow, "keep the old name as an alias");
        await UntilHasAsync(place, issue, "mended.txt");
        var paused = await CallAsync(place, "pause", flow);
        var resumed = await CallAsync(place, "resume", flow);
        var cancelled = await CallAsync(place, "cancel", flow);
        await place.UntilAsync(() => issue.Labels.Exists(label => label.Name == "claude:failed"));
        var again = await CallAsync(place, "retry", flow, "--on", "frontend");
        var rejected = await CallAsync(place, "reject", again["flow"]!.GetValue<string>(), "--why", "enough");

        Assert.All((IEnumerable<System.Text.Json.Nodes.JsonNode>)[approved, budget, said, paused, resumed, cancelled], answer => Assert.Equal(flow, answer["flow"]!.GetValue<string>()));
        Assert.Equal($"issue-{place.Repository.Id}-{issue.Number}-2", again["flow"]!.GetValue<string>());
        Assert.NotNull(rejected["flow"]);
        Assert.Contains("keep the old name as an alias", string.Concat(place.Cluster.Model.Requests.Select(request => request.Body)), StringComparison.Ordinal);
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> CallAsync(GitHubPlace place, params string[] words)
    {
        var ended = await place.Cluster.Playground.CallAsync([.. words, "--coordinator", place.Cluster.Coordinator.AbsoluteUri, "--json"]);
        Assert.True(ended.Code == 0, ended.All);
        return ended.Json;
    }

    /// <summary>The pull request has the file, and the flow rests again.</summary>
    private static async Task UntilHasAsync(GitHubPlace place, Issue issue, string file)
    {
        await place.UntilAsync(() => Show(place, $"claude/issue-{issue.Number}:{file}") is not null);
        await place.UntilReviewedAsync([issue]);
    }

    private static string? Show(GitHubPlace place, string what)
    {
        try
        {
            return new GitCli(place.Repository.Git.Path).Run("show", what);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string HeadOf(GitHubPlace place) => place.Repository.Git.Find($"refs/heads/{Assert.Single(place.Repository.PullRequests).Head}")!;
}
