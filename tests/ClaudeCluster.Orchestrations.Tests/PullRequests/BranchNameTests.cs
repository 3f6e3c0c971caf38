namespace ClaudeCluster.Orchestrations.Tests;

public class BranchNameTests
{
    [Theory]
    [InlineData(12, 1, null, "claude/issue-12")]
    [InlineData(12, 2, null, "claude/issue-12-2")]
    [InlineData(12, 1, 3, "claude/wip/12-1-a3")]
    [InlineData(int.MaxValue, 1, 1, "claude/wip/2147483647-1-a1")]
    public void A_branch_names_its_issue_generation_and_attempt_and_parses_back(int issue, int generation, int? attempt, string branch)
    {
        var name = new BranchName(issue, generation, attempt);
        Assert.Equal(branch, name.ToString());
        Assert.Equal(name, BranchName.Parse(branch));
    }

    [Theory]
    [InlineData("main")]
    [InlineData("claude/issue-")]
    [InlineData("claude/issue-12-1")]
    [InlineData("claude/issue-012")]
    [InlineData("claude/issue-12\n")]
    [InlineData("claude/issue-99999999999999999999")]
    [InlineData("claude/issue-１２")]
    [InlineData("refs/heads/claude/issue-12")]
    [InlineData("claude/wip/12-1")]
    public void Other_branches_are_not_ours(string branch) => Assert.Null(BranchName.Parse(branch));
}
