namespace ClaudeCluster.Runner.Tests;

/// <summary><c>agent --check</c> and what is refused before an agent starts.</summary>
public sealed class AgentCheckTests
{
    [Fact]
    public async Task A_PC_that_is_ready_is_told_so()
    {
        await using var stage = await AgentStage.OpenAsync(settings: "sandbox:\n  enabled: false");

        var ready = await stage.CallAgentAsync("--check", "--json");

        Assert.True(ready.Code == 0, ready.All);
        Schema.Check("agent-check", ready.Json);
    }

    [Fact]
    public async Task An_agent_that_leaves_out_the_files_of_old_commits_says_so()
    {
        await using var stage = await AgentStage.OpenAsync(settings: "sandbox:\n  enabled: false");
        var config = stage.Playground.At("opt/config/agent.yml");
        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config, TestContext.Current.CancellationToken)).Replace("repositories:\n", "repositories:\n  partial: true\n", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        var ready = await stage.CallAgentAsync("--check");

        Assert.True(ready.Code == 0, ready.All);
        Assert.Contains("files of old commits are not fetched", ready.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_missing_is_told_with_its_fix_in_the_words_of_the_guide()
    {
        await using var stage = await AgentStage.OpenAsync(settings: "coordinator_url: http://127.0.0.1:9\nsandbox:\n  enabled: false");
        stage.Hub.Kill();
        await stage.Hub.EndAsync();
        stage.Playground.Environment["CLAUDE_CODE_CLI_PATH"] = stage.Playground.At("no-claude");

        var missing = await stage.Playground.CallAsync("agent", "--config", stage.Playground.At("opt/config/agent.yml"), "--check");

        Assert.True(missing.Code == (int)ExitCode.HostNotReady, missing.All);
        Assert.Contains("Claude Code CLI not found", missing.Output, StringComparison.Ordinal);
        Assert.Contains("hub: Failed to connect to coordinator", missing.Output, StringComparison.Ordinal);
        Assert.Contains("coordinator: Failed to connect to coordinator", missing.Output, StringComparison.Ordinal);
        Assert.Contains("to any port 9", missing.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_is_not_there_or_bad_is_refused_with_all_its_problems()
    {
        await using var playground = Playground.Create();
        playground.Write("agent.yml", "agent_id: pc-1\ncoordinator_ur: http://x:8080\nspecialties: [Backend]\nworkspace_root: w\n");

        var none = await playground.CallAsync("agent", "--config", "none.yml", "--coder", $"script:{playground.Script}");
        var bad = await playground.CallAsync("agent", "--coder", $"script:{playground.Script}");

        Assert.True(none.Code == (int)ExitCode.BadInput, none.All);
        Assert.True(bad.Code == (int)ExitCode.BadInput, bad.All);
        Assert.Contains("agent.yml:2: 'coordinator_ur' means nothing here. Did you mean 'coordinator_url'?", bad.Output, StringComparison.Ordinal);
        Assert.Contains("agent.yml:3: 'Backend' cannot be a specialty's name.", bad.Output, StringComparison.Ordinal);
        Assert.Contains("Neither 'coordinator_url' nor 'hub'", bad.Output, StringComparison.Ordinal);
    }
}
