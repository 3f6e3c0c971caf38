namespace ClaudeCluster.GitHub.Tests;

/// <summary>What the cluster may do changes while a flow is under way.</summary>
public sealed class TokensAndPermissionsTests
{
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
}
