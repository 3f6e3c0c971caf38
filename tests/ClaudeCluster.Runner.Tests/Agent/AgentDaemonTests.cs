using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClaudeCluster.Orchestrations;

namespace ClaudeCluster.Runner.Tests;

/// <summary><c>claude-cluster agent</c> as a process beside a hub process.</summary>
public sealed partial class AgentDaemonTests
{
    /// <summary>Writes, says so, and then is busy for as long as a test could need.</summary>
    private const string Endless = """
        steps:
          - write: sum.sh
            text: 'echo $(($1 + $2))'
          - say: I am busy now.
          - wait: 5m
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

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
        await AgentStage.EndAsync(agent);
        stage.AssertNothingIsLeft();
        Assert.Contains("It adds now.", File.ReadAllText(Path.Combine(stage.Workspaces, "issue-4711-12-1-a1", "claude_code.log")), StringComparison.Ordinal);
        Assert.Contains("The result of 'issue-4711-12-1-a1' was delivered.", stage.AgentLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attempt_that_is_cancelled_stops_the_coder_and_its_work_is_pushed()
    {
        await using var stage = await AgentStage.OpenAsync(Endless);
        var agent = await stage.StartAgentAsync();
        var attempt = await stage.BeginAsync();
        await agent.SaysAsync("I am busy now.");

        await stage.Client.TerminateInstanceAsync(attempt, "octo-cat", Cancellation);

        await agent.SaysAsync("was ended elsewhere");
        await agent.SaysAsync("is not wanted any more");
        Assert.Equal("echo $(($1 + $2))", stage.Playground.Git.Run("show", "claude/wip/12-1-a1:sum.sh"));
        Assert.Contains("octo-cat", stage.AgentLog, StringComparison.Ordinal);
        stage.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_hub_that_is_killed_and_started_again_costs_no_work()
    {
        await using var stage = await AgentStage.OpenAsync(
            """
            steps:
              - say: I am busy now.
              - wait: 3s
              - write: sum.sh
                text: 'echo $(($1 + $2))'
            """,
            leaseSeconds: "60");
        var agent = await stage.StartAgentAsync();
        var attempt = await stage.BeginAsync();
        await agent.SaysAsync("I am busy now.");

        stage.Hub.Kill();
        await stage.Hub.EndAsync();
        await agent.SaysAsync("pushed claude/wip/12-1-a1");
        await agent.SaysAsync("Failed to connect to coordinator");
        await UntilAsync(() => Directory.Exists(stage.Journal) && Directory.GetFiles(stage.Journal, "*.json").Length == 1);
        await stage.StartHubAsync("60");

        Assert.IsType<AttemptOutcome.Succeeded>((await stage.ResultAsync(attempt)).Outcome);
        await agent.SaysAsync("was delivered");
        Assert.Empty(Directory.GetFiles(stage.Journal));
    }

    [Fact]
    public async Task A_result_that_was_stored_and_not_sent_is_sent_by_the_next_process()
    {
        await using var stage = await AgentStage.OpenAsync(
            """
            steps:
              - say: I am busy now.
              - wait: 2s
              - write: sum.sh
                text: 'echo $(($1 + $2))'
            """,
            leaseSeconds: "60");
        var agent = await stage.StartAgentAsync();
        var attempt = await stage.BeginAsync();
        await agent.SaysAsync("I am busy now.");
        stage.Hub.Kill();
        await stage.Hub.EndAsync();
        await UntilAsync(() => Directory.Exists(stage.Journal) && Directory.GetFiles(stage.Journal, "*.json").Length == 1);
        agent.Kill();
        await agent.EndAsync();

        await stage.StartHubAsync("60");
        var next = await stage.StartAgentAsync();

        Assert.IsType<AttemptOutcome.Succeeded>((await stage.ResultAsync(attempt)).Outcome);
        await next.SaysAsync("An earlier process of this agent left the result");
        await next.SaysAsync("was delivered");
        Assert.Empty(Directory.GetFiles(stage.Journal));
    }

    [Fact]
    public async Task A_stored_result_that_comes_too_late_is_discarded_and_told()
    {
        await using var stage = await AgentStage.OpenAsync();
        Directory.CreateDirectory(stage.Journal);
        await File.WriteAllTextAsync(
            Path.Combine(stage.Journal, "abc.json"), """{"Instance":"issue-1-1-1-a1","Execution":"","Token":"old","Task":0,"Name":"RunAgent:backend","Result":"{}","Failure":null}""", Cancellation);

        var agent = await stage.StartAgentAsync();

        await agent.SaysAsync("came too late and is discarded");
        await UntilAsync(() => Directory.GetFiles(stage.Journal).Length == 0);
    }

    [Fact]
    public async Task An_agent_that_is_killed_is_lost_and_the_next_one_clears_away_what_it_left()
    {
        await using var stage = await AgentStage.OpenAsync(Endless, leaseSeconds: "2");
        var agent = await stage.StartAgentAsync();
        var attempt = await stage.BeginAsync();
        await agent.SaysAsync("I am busy now.");

        agent.Kill();

        Assert.IsType<AttemptOutcome.AgentLost>((await stage.ResultAsync(attempt)).Outcome);
        Assert.NotEmpty(Directory.GetFileSystemEntries(Path.Combine(stage.Workspaces, "attempts")));
        await stage.StartAgentAsync();
        stage.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_second_agent_of_the_same_folder_is_refused()
    {
        await using var stage = await AgentStage.OpenAsync();
        await stage.StartAgentAsync();

        var second = await stage.CallAgentAsync();

        Assert.True(second.Code == (int)ExitCode.HostNotReady, second.All);
        Assert.Contains("Another agent works in", second.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limits:\n  drain: 1s", 1)]
    [InlineData("limits:\n  drain: 5m", 2)]
    public async Task Told_to_stop_it_hands_back_what_does_not_end_in_time_and_leaves_nothing(string settings, int signals)
    {
        await using var stage = await AgentStage.OpenAsync(Endless, settings);
        var agent = await stage.StartAgentAsync();
        var attempt = await stage.BeginAsync();
        await agent.SaysAsync("I am busy now.");

        agent.Terminate();
        if (signals == 2)
        {
            await agent.SaysAsync("Told to stop");
            agent.Terminate();
        }

        var ended = await agent.EndAsync();

        Assert.True(ended.Code == 0, ended.All);
        var result = await stage.ResultAsync(attempt);
        Assert.IsType<AttemptOutcome.HandedBack>(result.Outcome);
        Assert.Equal(result.Commit?.Value, stage.Playground.Git.Run("rev-parse", "claude/wip/12-1-a1"));
        stage.AssertNothingIsLeft();
        Assert.Empty(Directory.GetFiles(stage.Journal));
    }

    [Fact]
    public async Task A_usage_limit_closes_the_offer_until_its_time()
    {
        await using var stage = await AgentStage.OpenAsync(
            """
            attempts:
              - steps:
                  - end: usageLimited
                    resets-in: 4s
              - steps:
                  - write: sum.sh
                    text: 'echo $(($1 + $2))'
            """);
        var agent = await stage.StartAgentAsync();
        Assert.IsType<AttemptOutcome.UsageLimited>((await stage.ResultAsync(await stage.BeginAsync())).Outcome);
        await agent.SaysAsync("No more tasks are taken: usage limit until");

        var second = await stage.BeginAsync(2);

        Assert.IsType<AttemptOutcome.Succeeded>((await stage.ResultAsync(second)).Outcome);
        var log = stage.AgentLog;
        Assert.True(log.IndexOf("Tasks are taken again.", StringComparison.Ordinal) is > 0 and var opened && opened < log.IndexOf("a2' begins", StringComparison.Ordinal), log);
    }

    [Fact]
    public async Task A_failing_test_is_told_to_the_coder_within_the_attempt()
    {
        await using var stage = await AgentStage.OpenAsync(
            """
            steps:
              - write: sum.sh
                text: 'echo $(($1 * $2))'
            fix:
              - write: sum.sh
                text: 'echo $(($1 + $2))'
              - say: Now it adds.
            """);
        await stage.StartAgentAsync();

        var result = await stage.ResultAsync(await stage.BeginAsync());

        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Equal("Now it adds.", result.Claimed);
        Assert.Equal("1", stage.Playground.Git.Run("rev-list", "--count", "main..claude/wip/12-1-a1"));
    }

    [Fact]
    public async Task Health_tells_people_how_it_is_without_a_credential_and_without_a_secret()
    {
        await using var stage = await AgentStage.OpenAsync(Endless, "credentials:\n  agent_token: env:AGENT_TOKEN\ngithub_token: env:PC_TOKEN");
        stage.Playground.Environment["AGENT_TOKEN"] = "the-token-of-this-agent";
        stage.Playground.Environment["PC_TOKEN"] = "ghp_thetokenofthispcthetokenofthispc";
        var agent = stage.StartAgentOnly("--json");
        await agent.SaysAsync("}");
        await stage.BeginAsync();
        await agent.SaysAsync("I am busy now.");
        var address = HealthAddress().Match(agent.Output).Groups[1].Value;

        using var http = new HttpClient();
        JsonObject health = [];
        while (health["hubConnected"]?.GetValue<bool>() != true)
            health = (await http.GetFromJsonAsync<JsonObject>($"{address}/health", Cancellation))!;

        Assert.Equal("ready", health["status"]!.GetValue<string>());
        Assert.Equal("issue-4711-12-1-a1", health["tasks"]![0]!["attemptId"]!.GetValue<string>());
        Assert.DoesNotContain("the-token-of-this-agent", health.ToJsonString() + stage.AgentLog, StringComparison.Ordinal);
        agent.Terminate();
        await agent.SaysAsync("Told to stop");
        agent.Terminate();
        Schema.Check("agent", JsonNode.Parse((await agent.EndAsync()).Output));
    }

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!isTrue())
            await Task.Delay(50, limit.Token);
    }

    [GeneratedRegex("\"health\": \"([^\"]+)\"", RegexOptions.None, 1000)]
    private static partial Regex HealthAddress();
}
