using ClaudeCluster.Orchestrations;
using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Runner.Tests;

/// <summary>An agent process with the real CLI is killed in the middle of an attempt, and could tell nobody of its session.</summary>
public sealed class AgentSessionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_the_agent_was_killed_the_next_attempt_there_goes_on_with_the_session()
    {
        await using var model = await ScriptedModelServer.StartAsync([Read, new ModelStep.Hang(), .. Edit, new ModelStep.Say("It adds now.")]);
        await using var stage = await OpenAsync(model);

        await KillDuringFirstAttemptAsync(stage, model);
        var agent = await stage.StartClaudeAgentAsync();
        var result = await stage.ResultAsync(await stage.BeginAsync(number: 2));

        Assert.True(result.Outcome is AttemptOutcome.Succeeded, $"{result.Outcome} {result.Claimed}");
        Assert.Single(model.Requests.Select(request => request.Session).Distinct());
        Assert.Equal(result.ClaudeSession, model.Requests[0].Session);
        Assert.Contains(Path.Combine(stage.Workspaces, "attempts", "issue-4711-12-1-a1"), model.Requests[^1].Body, StringComparison.Ordinal);
        Assert.Equal("echo $(($1 + $2))", stage.Playground.Git.Run("show", "claude/wip/12-1-a2:sum.sh"));
        await AgentStage.EndAsync(agent);
        stage.AssertNothingIsLeft();
    }

    [Fact]
    public async Task After_the_agent_was_killed_and_its_sessions_are_gone_the_next_attempt_begins_fresh()
    {
        await using var model = await ScriptedModelServer.StartAsync([Read, new ModelStep.Hang()]);
        await using var stage = await OpenAsync(model);

        await KillDuringFirstAttemptAsync(stage, model);
        Directory.Delete(Path.Combine(stage.Workspaces, "sessions"), recursive: true);
        var agent = await stage.StartClaudeAgentAsync();
        var second = await stage.BeginAsync(number: 2);
        await model.WaitForRequestAsync(Cancellation);
        await stage.Client.TerminateInstanceAsync(second, "octo-cat", Cancellation);
        await agent.SaysAsync("was ended elsewhere");

        Assert.NotEqual(model.Requests[0].Session, model.Requests[2].Session);
        Assert.DoesNotContain("issue-4711-12-1-a1", model.Requests[2].Body, StringComparison.Ordinal);
    }

    private static ModelStep Read => ModelStep.Read("{folder}/sum.sh");

    private static ModelStep[] Edit => [Read, ModelStep.Edit("{folder}/sum.sh", "$1 - $2", "$1 + $2")];

    private static async Task<AgentStage> OpenAsync(ScriptedModelServer model)
    {
        var cli = RealClaude.Path();
        var stage = await AgentStage.OpenAsync(leaseSeconds: "2");
        stage.Playground.Environment["CLAUDE_CODE_CLI_PATH"] = cli;
        stage.Playground.Environment["ANTHROPIC_BASE_URL"] = model.Url.AbsoluteUri;
        stage.Playground.Environment["ANTHROPIC_API_KEY"] = "sk-ant-api03-the-key-of-this-machine";
        return stage;
    }

    private static async Task KillDuringFirstAttemptAsync(AgentStage stage, ScriptedModelServer model)
    {
        var agent = await stage.StartClaudeAgentAsync();
        var attempt = await stage.BeginAsync();
        await model.WaitForRequestAsync(Cancellation);
        await model.WaitForRequestAsync(Cancellation);
        agent.Kill();
        var lost = await stage.ResultAsync(attempt);
        Assert.IsType<AttemptOutcome.AgentLost>(lost.Outcome);
        Assert.Null(lost.ClaudeSession);
    }
}
