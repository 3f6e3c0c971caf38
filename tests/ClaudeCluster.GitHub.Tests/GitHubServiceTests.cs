namespace ClaudeCluster.GitHub.Tests;

public sealed class GitHubServiceTests
{
    /// <summary>As the flow calls the ports, from a label to a merged pull request, with three states of the issue's page and one attempt.</summary>
    [Fact]
    public async Task Whole_flow_takes_few_requests()
    {
        await using var kit = await GitHubKit.StartAsync();
        kit.Repository.Git.Commit("main", ".github/claude-cluster.yml", "version: 1\n");
        kit.Repository.Labels.AddRange(((string[])["claude:working", "claude:review", "claude:done"]).Select(label => new FakeGitHub.State.Label(kit.Fake.World.NewId(), label)));
        var issue = await kit.OpenIssueAsync();
        var (github, marker) = (kit.Service, new CommentMarker("issue-1-1-1"));
        string[] status = ["claude:working", "claude:waiting", "claude:review", "claude:done", "claude:failed"];

        Assert.Equal(Role.Admin, await github.ReadRoleAsync(kit.Ref, "octo", default));
        Assert.NotNull(await github.ReadAsync(kit.Ref, ".github/claude-cluster.yml", default));
        var comment = await github.PutAsync(issue, marker, null, "Working.", Only("claude:working"), default);
        var commit = kit.Repository.Git.Commit("claude/wip/1-1-a1", "mended.txt", "mended");
        await github.PromoteAsync(kit.Ref, new("claude/issue-1", null, new(commit), "claude/wip/1-1-a1"), default);
        await github.OpenAsync(kit.Ref, new("Mend it", "Closes #1", "claude/issue-1", "main", IsDraft: false), default);
        await github.PutAsync(issue, marker, comment, "Ready for review.", Only("claude:review"), default);
        await github.PutAsync(issue, marker, comment, "Done.", Only("claude:done"), default);
        await github.DeleteBranchesAsync(kit.Ref, ["claude/wip/1-1-a1"], default);

        Assert.Equal(["claude:done"], kit.IssueOf(issue).Labels.Select(label => label.Name));
        Assert.Equal(9, kit.Operations.Count);
        Assert.Equal(9, github.Budget.Requests);

        LabelChange Only(string wanted) => new([wanted], [.. status.Where(label => label != wanted)]);
    }
}
