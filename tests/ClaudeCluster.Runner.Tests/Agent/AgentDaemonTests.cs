using ClaudeCluster.Orchestrations;

namespace ClaudeCluster.Runner.Tests;

/// <summary><c>claude-cluster agent</c> as a process beside a hub process.</summary>
public sealed class AgentDaemonTests
{
    [Fact]
    public async Task An_agent_takes_a_task_from_a_hub_and_its_tested_commit_is_pushed()
    {
        await using var stage = await AgentStage.OpenAsync();
        var agent = await stage.StartAgentAsync();

        var result = await stage.ResultAsync(await stage.BeginAsync());

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Equal(result.Commit?.Value, stage.Playground.Git.Run("rev-parse", "claude/wip/12-1-a1"));
        Assert.Equal("echo $(($1 + $2))", stage.Playground.Git.Run("show", "claude/wip/12-1-a1:sum.sh"));
        Assert.Equal("pc-1", result.Agent.Value);
        agent.Terminate();
        var ended = await agent.EndAsync();
        Assert.True(ended.Code == 0, ended.All);
        stage.AssertNothingIsLeft();
        Assert.Contains("It adds now.", File.ReadAllText(Path.Combine(stage.Workspaces, "issue-4711-12-1-a1", "claude_code.log")), StringComparison.Ordinal);
        Assert.Contains("The result of 'issue-4711-12-1-a1' was delivered.", stage.AgentLog, StringComparison.Ordinal);
    }
}
