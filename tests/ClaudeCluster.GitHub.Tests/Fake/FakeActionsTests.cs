using ClaudeCluster.FakeGitHub.Actions;

namespace ClaudeCluster.GitHub.Tests.Fake;

/// <summary>What the other tests believe of the fake's GitHub Actions.</summary>
public sealed class FakeActionsTests
{
    private const string File = ".github/workflows/work.yml";
    private const string Text = "on: [issues, workflow_run, workflow_dispatch]\n";

    [Fact]
    public async Task Job_waits_for_a_runner_that_is_online_and_has_every_label()
    {
        await using var kit = await StartAsync();
        var run = Begin(kit, "self-hosted", "gpu");
        var small = kit.Fake.World.Actions.Register(kit.Repository, "small", "self-hosted");
        var large = kit.Fake.World.Actions.Register(kit.Repository, "large", "self-hosted", "GPU", "linux");
        var board = kit.Fake.World.Actions;

        Assert.Null(board.Take(small));
        large.IsOnline = false;
        Assert.Null(board.Take(large));
        large.IsOnline = true;
        var job = board.Take(large);
        Assert.Equal(("in_progress", large.Job), (run.Status, job));
        board.Finish(job!, "success");

        Assert.Equal(("completed", "success", null), (run.Status, run.Conclusion, large.Job));
        Assert.True(job!.Token!.IsRevoked);
    }

    [Fact]
    public async Task What_a_jobs_token_does_starts_no_run_but_the_end_of_a_run_may()
    {
        await using var kit = await StartAsync();
        var issue = await kit.OpenIssueAsync();
        Assert.Single(kit.Fake.World.Actions.All);
        var token = kit.Fake.World.AddJobToken(kit.Repository, new Dictionary<string, string> { ["issues"] = "write" });
        await using var job = kit.NewService(new GitHubLogin.JobToken(token.Value));

        await job.PutLabelsAsync(issue, new(["claude:working"], []), default);
        Assert.Single(kit.Fake.World.Actions.All);
        await kit.Service.PutLabelsAsync(issue, new(["claude:review"], []), default);
        Assert.Equal(2, kit.Fake.World.Actions.All.Count);
        await kit.Fake.People.EndRunAsync(kit.Repository, "ci", "main", "failure");

        Assert.Equal(["issues", "issues", "workflow_run"], kit.Fake.World.Actions.All.Select(run => run.Event));
    }

    [Theory]
    [InlineData(true, new[] { "queued", "pending", "pending" })]
    [InlineData(false, new[] { "queued", "completed", "pending" })]
    public async Task Group_runs_one_after_the_other_and_drops_what_waited_unless_it_keeps_all(bool keepsAll, string[] states)
    {
        await using var kit = await StartAsync();
        ActionsRun[] runs = [.. Enumerable.Range(0, 3).Select(_ => Begin(kit, new RunConcurrency("one", CancelsRunning: false, keepsAll), "self-hosted"))];
        var runner = kit.Fake.World.Actions.Register(kit.Repository, "pc", "self-hosted");

        Assert.Equal(states, runs.Select(run => run.Status));
        kit.Fake.World.Actions.Finish(kit.Fake.World.Actions.Take(runner)!, "success");

        Assert.Same(runs.First(run => run.Status != "completed"), kit.Fake.World.Actions.Take(runner)!.Run);
    }

    [Fact]
    public async Task Cancelled_and_lost_jobs_end_their_run()
    {
        await using var kit = await StartAsync();
        var board = kit.Fake.World.Actions;
        var (waiting, running) = (Begin(kit, "nobody"), Begin(kit, "self-hosted"));
        var runner = board.Register(kit.Repository, "pc", "self-hosted");
        board.Take(runner);

        Assert.True(board.Cancel(waiting));
        Assert.False(board.Cancel(waiting));
        board.Lose(runner);

        Assert.Equal(("cancelled", "failure"), (waiting.Conclusion, running.Conclusion));
    }

    [Fact]
    public async Task Its_answers_about_runs_jobs_and_runners_are_as_GitHub_describes_them()
    {
        await using var kit = await StartAsync();
        var run = Begin(kit, "self-hosted");
        kit.Fake.World.Actions.Take(kit.Fake.World.Actions.Register(kit.Repository, "pc", "self-hosted"));
        using var http = new HttpClient { BaseAddress = kit.Fake.Url };
        http.DefaultRequestHeaders.Add("User-Agent", "tests");
        http.DefaultRequestHeaders.Authorization = new("Bearer", kit.Token.Value);

        foreach (var path in (string[])["runners", $"runs/{run.Id}", $"runs/{run.Id}/jobs", "workflows/work.yml/runs"])
            Assert.NotNull(await http.GetStringAsync($"repos/octo/shop/actions/{path}"));
        using var cancel = await http.PostAsync($"repos/octo/shop/actions/runs/{run.Id}/cancel", null);

        // The kit holds every answer against GitHub's description at its end.
        Assert.Equal(202, (int)cancel.StatusCode);
        Assert.Equal(5, kit.Operations.Count(operation => operation is not null));
    }

    private static ActionsRun Begin(GitHubKit kit, params string[] labels) => Begin(kit, null, labels);

    private static ActionsRun Begin(GitHubKit kit, RunConcurrency? group, params string[] labels)
    {
        var board = kit.Fake.World.Actions;
        var run = board.Dispatch(kit.Repository, "work.yml", "main", [], kit.Token.User, out _)!;
        Assert.Same(run, board.TakeUnplanned());
        run.Concurrency = group;
        board.Begin(run, [new WorkflowJob(kit.Fake.World.NewId(), run, "one", "one", labels, isSkipped: false, new Dictionary<string, string>())]);
        return run;
    }

    private static async Task<GitHubKit> StartAsync()
    {
        var kit = await GitHubKit.StartAsync();
        kit.Repository.Git.Commit("main", File, Text);
        return kit;
    }
}
