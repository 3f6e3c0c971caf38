using ClaudeCluster.FakeGitHub;

namespace ClaudeCluster.GitHub.Tests;

/// <summary>What the cluster may do, and whether GitHub is there, changes while a flow is under way.</summary>
public sealed class TokensAndPermissionsTests
{
    private const string Permission = "GET /repos/{owner}/{repo}/collaborators/{username}/permission";

    [Fact]
    public async Task A_token_that_is_revoked_while_an_agent_works_and_replaced_later_costs_only_time()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        kit.Token!.IsRevoked = true;
        kit.Agent.Release();
        await kit.UntilAsync(() => kit.Fake.Requests.All.Count(request => request.Status == 401) >= 2);
        kit.Token.IsRevoked = false;
        await kit.UntilStatusAsync(issue, "claude:review");

        Assert.Single(kit.Repository.PullRequests);
        Assert.Contains("Ready for review", kit.CommentOf(issue), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_permission_that_is_taken_away_and_given_back_costs_only_time()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Agent.Hold();
        var issue = await kit.LabelAsync();
        await kit.UntilAsync(() => kit.Agent.Tasks.Count == 1);

        kit.Token!.Permissions = Only("contents", "issues");
        kit.Agent.Release();
        await kit.UntilAsync(() => kit.Fake.Requests.All.Count(request => request.Status == 403) >= 2);
        kit.Token.Permissions = null;
        await kit.UntilStatusAsync(issue, "claude:review");

        Assert.Single(kit.Repository.PullRequests);
        Assert.Single(issue.Comments);
    }

    [Fact]
    public async Task A_label_that_is_set_while_GitHub_cannot_say_who_may_starts_the_work_when_it_can()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Fake.Faults.Plan(Permission, Fault.BadGateway, times: 7);

        var issue = await kit.LabelAsync();
        await kit.UntilStatusAsync(issue, "claude:review");

        Assert.Single(kit.Repository.PullRequests);
        Assert.True(kit.Fake.Requests.All.Count(request => request.Operation == Permission) >= 8);
    }

    [Fact]
    public async Task A_stranger_s_label_stays_without_effect_when_GitHub_could_not_say_at_first_who_it_is()
    {
        await using var kit = await FlowKit.StartAsync();
        kit.Fake.Faults.Plan(Permission, Fault.BadGateway, times: 4);

        var issue = await kit.People.OpenIssueAsync(kit.Repository, "mallory", "Work for me", null);
        await kit.People.LabelAsync(kit.Repository, issue, "claude", "mallory");
        await kit.UntilEventsAreHandledAsync();

        Assert.Empty(issue.Comments);
        Assert.Null(await kit.FlowAsync(issue));
    }

    [Fact]
    public async Task Who_loses_the_role_cannot_steer_any_more_and_can_again_when_it_is_given_back()
    {
        await using var kit = await FlowKit.StartAsync();
        var (issue, _) = await kit.ReviewedAsync();

        kit.Repository.Roles["mona"] = "read";
        await kit.People.CommentAsync(kit.Repository, issue, "mona", "/claude cancel");
        await kit.UntilEventsAreHandledAsync();
        Assert.Equal(["claude:review"], FlowKit.StatusOf(issue));

        kit.Repository.Roles["mona"] = "write";
        await kit.People.CommentAsync(kit.Repository, issue, "mona", "/claude cancel");
        await kit.UntilStatusAsync(issue, "claude:failed");
        Assert.Contains("'mona' cancelled it", kit.CommentOf(issue), StringComparison.Ordinal);
        Assert.Single(FlowKit.AnswersOn(issue));
    }

    private static IReadOnlyDictionary<string, string> Only(params string[] permissions) => permissions.ToDictionary(name => name, _ => "write", StringComparer.Ordinal);
}
