using System.Security.Cryptography;
using ClaudeCluster.FakeGitHub;

namespace ClaudeCluster.GitHub.Tests.Feedback;

public sealed class FailedChecksTests
{
    private const string ReadLog = "GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs";
    private const string Question = "GraphQL ReadChecks";

    private const string Log = """
        2026-11-28T16:40:54.1234567Z ##[group]Run npm test
        2026-11-28T16:40:55.1234567Z AssertionError: 1 is not 2
        2026-11-28T16:40:56.1234567Z ##[error]Process completed with exit code 1.
        2026-11-28T16:40:57.1234567Z Post job cleanup.
        """;

    [Fact]
    public async Task Failed_job_has_its_workflows_name_its_address_and_the_end_of_its_log()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "test (ubuntu)", Log);
        await kit.Fake.People.FinishChecksAsync(kit.Repository, pull.Head.Value, "CI", "lint");

        var failed = Assert.Single(await pull.FailedAsync());

        var job = kit.Repository.CheckRuns[0];
        Assert.Equal("CI / test (ubuntu)", failed.Name);
        Assert.Equal($"{kit.Fake.Url}octo/shop/actions/runs/{job.Origin!.RunId}/job/{job.Id}", failed.Url);
        Assert.Equal("##[group]Run npm test\nAssertionError: 1 is not 2\n##[error]Process completed with exit code 1.", failed.Log);
        Assert.Equal([Question, ReadLog], kit.Operations);
    }

    [Fact]
    public async Task Token_does_not_go_to_the_store_that_logs_lie_in()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();

        Assert.NotEmpty(await pull.LogOfAsync("x"u8.ToArray()));

        Assert.False(Assert.Single(kit.Fake.Logs.Requests).WasSigned);
        Assert.All(kit.Fake.Requests.All, request => Assert.True(request.WasSigned));
    }

    [Fact]
    public async Task Newest_of_each_check_counts()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "test", Log);
        await kit.Fake.People.FinishChecksAsync(kit.Repository, pull.Head.Value, "CI", "lint");
        kit.Clock.Advance(TimeSpan.FromMinutes(1));
        await kit.Fake.People.FinishChecksAsync(kit.Repository, pull.Head.Value, "CI", "test");
        await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "lint", Log);

        Assert.Equal("CI / lint", Assert.Single(await pull.FailedAsync()).Name);
    }

    [Fact]
    public async Task One_that_runs_again_has_not_failed_yet()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "test", Log);
        kit.Clock.Advance(TimeSpan.FromMinutes(1));
        (await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "test", Log)).Conclusion = null;

        Assert.Empty(await pull.FailedAsync());
    }

    [Fact]
    public async Task Same_job_for_two_events_is_two_checks()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.EndRunAsync(kit.Repository, pull.Head.Value, "CI", "test", "failure", [], trigger: "push");
        kit.Clock.Advance(TimeSpan.FromMinutes(1));
        await kit.Fake.People.FinishChecksAsync(kit.Repository, pull.Head.Value);

        Assert.Single(await pull.FailedAsync());
    }

    [Theory]
    [InlineData("failure", true)]
    [InlineData("timed_out", true)]
    [InlineData("success", false)]
    [InlineData("skipped", false)]
    [InlineData("neutral", false)]
    [InlineData("action_required", false)]
    public async Task What_failed_or_ran_out_of_time_is_told(string conclusion, bool isTold)
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.EndRunAsync(kit.Repository, pull.Head.Value, "CI", "test", conclusion, []);

        Assert.Equal(isTold, (await pull.FailedAsync()).Count == 1);
    }

    [Fact]
    public async Task What_was_cancelled_is_told_beside_a_failure_and_by_itself_is_none()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.EndRunAsync(kit.Repository, pull.Head.Value, "CI", "slow", "cancelled", []);
        Assert.Empty(await pull.FailedAsync());
        Assert.Null(await kit.Service.LostEvents.ReadFailureAsync(kit.Ref, "main", pull.Head, default));

        await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "test", Log);

        Assert.Equal(["CI / test", "CI / slow"], (await pull.FailedAsync()).Select(check => check.Name));
    }

    [Fact]
    public async Task Other_apps_and_old_statuses_are_told_in_their_own_words()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.CheckAsync(kit.Repository, pull.Head.Value, "codecov", "coverage", "failure", "Coverage fell", "By 3 %.");
        await kit.Fake.People.SetStatusAsync(kit.Repository, pull.Head.Value, "jenkins", "error", "It broke", FeedbackKit.Owner);
        await kit.Fake.People.SetStatusAsync(kit.Repository, pull.Head.Value, "deploy", "pending", null, FeedbackKit.Owner);

        var failed = await pull.FailedAsync();

        Assert.Equal([("coverage", "Coverage fell\n\nBy 3 %."), ("jenkins", "It broke")], failed.Select(check => (check.Name, check.Log)));
        Assert.Equal("https://ci.example.invalid/jenkins", failed[1].Url);
        Assert.Empty(kit.Fake.Logs.Requests);
    }

    [Fact]
    public async Task At_most_five_logs_are_read_and_all_names_are_told()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        foreach (var number in Enumerable.Range(1, 130))
            await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", $"test {number}", Log);

        var failed = await pull.FailedAsync();

        Assert.Equal((130, 5), (failed.Count, failed.Count(check => check.Log.Length > 0)));
        Assert.Equal(2, kit.Operations.Count(operation => operation == Question));
        Assert.Equal(5, kit.Operations.Count(operation => operation == ReadLog));
    }

    [Fact]
    public async Task Without_the_permission_to_read_runs_the_job_is_told_without_workflow_and_log()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "test", Log);
        kit.Token.Permissions = new Dictionary<string, string> { ["checks"] = "read", ["pull_requests"] = "write" };

        var failed = Assert.Single(await pull.FailedAsync());

        Assert.Equal(("test", ""), (failed.Name, failed.Log));
    }

    [Fact]
    public async Task Without_the_permission_to_read_checks_a_failure_that_was_told_of_is_one_all_the_same()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        kit.Token.Permissions = new Dictionary<string, string> { ["pull_requests"] = "write" };

        Assert.Contains("'checks' and 'commit statuses'", Assert.Single(await pull.FailedAsync()).Log, StringComparison.Ordinal);
        Assert.Null(await kit.Service.LostEvents.ReadFailureAsync(kit.Ref, "main", pull.Head, default));
    }

    [Theory]
    [InlineData("write", "CI / test", "x")]
    [InlineData(null, "test", "")]
    public async Task App_that_was_not_granted_the_logs_still_says_what_failed(string? actions, string name, string log)
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "test", "x");
        using var key = RSA.Create(2048);
        var granted = new Dictionary<string, string> { ["contents"] = "write", ["checks"] = "read", ["statuses"] = "read" };
        if (actions is not null)
            granted["actions"] = actions;
        var app = kit.Fake.World.AddApp("cluster", key, granted, kit.Repository);
        await using var service = kit.NewService(new GitHubLogin.App(app.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), key.ExportRSAPrivateKeyPem()));

        var failed = Assert.Single(await service.ReadFailedChecksAsync(kit.Ref, pull.Head, default));

        Assert.Equal((name, log), (failed.Name, failed.Log));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task Store_that_refuses_leaves_the_log_empty_and_slows_nothing_down(int status)
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        kit.Fake.Logs.Refuses = status;

        Assert.Equal("", await pull.LogOfAsync("x"u8.ToArray()));
        Assert.Equal(Role.Admin, await kit.Service.ReadRoleAsync(kit.Ref, FeedbackKit.Owner, default));
    }

    [Fact]
    public async Task Log_whose_time_is_over_is_empty()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        (await kit.Fake.People.FailRunAsync(kit.Repository, pull.Head.Value, "CI", "test", Log)).IsLogDeleted = true;

        Assert.Equal("", Assert.Single(await pull.FailedAsync()).Log);
    }

    [Fact]
    public async Task Limit_is_an_error_that_says_until_when()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();
        kit.Fake.Faults.Plan(ReadLog, Fault.SecondaryLimit);

        var limit = await Assert.ThrowsAsync<GitHubException.SecondaryLimit>(() => pull.LogOfAsync("x"u8.ToArray()));

        Assert.NotNull(limit.RetryAt);
    }

    [Fact]
    public async Task Commit_without_checks_and_commit_that_is_none_have_no_failures()
    {
        await using var kit = await GitHubKit.StartAsync();
        var pull = await kit.OpenPullRequestAsync();

        Assert.Empty(await pull.FailedAsync());
        Assert.Empty(await kit.Service.ReadFailedChecksAsync(kit.Ref, new(new string('a', 40)), default));
    }
}
