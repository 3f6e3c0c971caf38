using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ClaudeCluster.Orchestrations;
using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Runner.Tests;

/// <summary><c>agent --once</c>: one task, as a step of a job takes it.</summary>
public sealed partial class AgentOnceTests
{
    private const string Token = "ghp_thetokenofthispcthetokenofthispc";

    private static readonly string[] Once = ["--once", "--once-patience", "40"];

    [Fact]
    public async Task It_takes_exactly_one_task_and_ends()
    {
        await using var stage = await AgentStage.OpenAsync();
        var first = await stage.BeginAsync();
        await stage.BeginAsync(2);

        var ended = await stage.StartAgentOnly([.. Once, "--json"]).EndAsync();

        Assert.True(ended.Code == 0, ended.All);
        Schema.Check("agent-once", ended.Json);
        var result = await stage.ResultAsync(ended.Json["attempt"]!.GetValue<string>());
        Assert.IsType<AttemptOutcome.Succeeded>(result.Outcome);
        Assert.Single(stage.Playground.Git.Branches(), branch => branch.StartsWith("claude/wip/", StringComparison.Ordinal));
        Assert.NotNull(first);
        stage.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Without_a_task_it_ends_well_when_its_patience_does()
    {
        await using var stage = await AgentStage.OpenAsync();

        var ended = await stage.CallAgentAsync("--once", "--once-patience", "1", "--json");

        Assert.True(ended.Code == 0, ended.All);
        Assert.Equal("nothingToDo", ended.Json["outcome"]!.GetValue<string>());
        Schema.Check("agent-once", ended.Json);
    }

    [Fact]
    public async Task It_shares_the_PC_s_places_with_a_daemon()
    {
        await using var stage = await AgentStage.OpenAsync("steps:\n  - say: I am busy now.\n  - wait: 5m\n");
        var daemon = await stage.StartAgentAsync();
        await stage.BeginAsync();
        await daemon.SaysAsync("I am busy now.");
        await stage.BeginAsync(2);

        var ended = await stage.CallAgentAsync("--once", "--once-patience", "2");

        Assert.True(ended.Code == 0, ended.All);
        Assert.Contains("Nothing to do.", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_job_secrets_are_masked_first_and_a_coder_cannot_speak_to_the_runner()
    {
        await using var stage = await AgentStage.OpenAsync(
            """
            steps:
              - say: '::error::I am the runner now.'
              - run: 'echo "::add-mask::x"'
              - write: sum.sh
                text: 'echo $(($1 + $2))'
            """,
            "github_token: env:PC_TOKEN");
        InAJob(stage);
        await stage.BeginAsync();

        var ended = await stage.StartAgentOnly(Once).EndAsync();

        Assert.True(ended.Code == 0, ended.All);
        var lines = ended.Output.Split('\n');
        Assert.Equal($"::add-mask::{Token}", lines[0]);
        var token = StopCommands().Match(lines[1]).Groups[1].Value;
        Assert.Equal(32, token.Length);
        var resume = Array.IndexOf(lines, $"::{token}::");
        Assert.True(Array.FindIndex(lines, line => line.Contains("I am the runner now.", StringComparison.Ordinal)) is > 1 and var said && said < resume, ended.All);
        Assert.StartsWith("::notice title=ClaudeCluster::issue-4711-12-1-a1", lines[resume + 1], StringComparison.Ordinal);
        Assert.Contains("issue-4711-12-1-a1", await File.ReadAllTextAsync(stage.Playground.At("summary.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_model_prints_in_a_job_is_no_command_and_the_agent_s_secrets_stand_in_no_form_anywhere()
    {
        var cli = RealClaude.Path();
        var forms = string.Join(' ', Token, Convert.ToBase64String(Encoding.UTF8.GetBytes(Token)), Uri.EscapeDataString(Token));
        await using var model = await ScriptedModelServer.StartAsync(
        [
            ModelStep.Bash("printf '::error::I am the runner.\\n::add-mask::x\\n::set-output name=a::b\\n##[error]old\\n'"), ModelStep.Write("{folder}/sum.sh", "echo $(($1 + $2))\n"),
            new ModelStep.Say($"::stop-commands::mine\n::warning::I am the runner.\nI know {forms}"),
        ]);
        await using var stage = await AgentStage.OpenAsync(settings: "github_token: env:PC_TOKEN");
        InAJob(stage);
        stage.Playground.Environment["CLAUDE_CODE_CLI_PATH"] = cli;
        stage.Playground.Environment["ANTHROPIC_BASE_URL"] = model.Url.AbsoluteUri;
        stage.Playground.Environment["ANTHROPIC_API_KEY"] = "sk-ant-api03-the-key-of-this-machine";
        var attempt = await stage.BeginAsync();

        var ended = await stage.Playground.Start(["agent", "--config", stage.Playground.At("opt/config/agent.yml"), .. Once]).EndAsync();

        Assert.True(ended.Code == 0, ended.All);
        var result = await stage.ResultAsync(attempt);
        Assert.Contains("I know [redacted]", result.Claimed, StringComparison.Ordinal);
        var lines = ended.Output.Split('\n').ToList();
        var (stop, resume) = (lines.FindIndex(line => StopCommands().IsMatch(line)), lines.FindLastIndex(line => line.StartsWith("::", StringComparison.Ordinal) && line.EndsWith("::", StringComparison.Ordinal)));
        Assert.Contains(Enumerable.Range(0, lines.Count), line => line > stop && line < resume && lines[line].Contains("I am the runner.", StringComparison.Ordinal));
        Assert.All(lines[..stop], line => Assert.StartsWith("::add-mask::", line, StringComparison.Ordinal));
        Assert.DoesNotContain(lines[(resume + 1)..], line => line.StartsWith("::", StringComparison.Ordinal) && !line.StartsWith("::notice title=ClaudeCluster::", StringComparison.Ordinal));
        AssertNowhere(forms.Split(' '), [.. lines[stop..], ended.Error, JsonSerializer.Serialize(result), .. Directory.EnumerateFiles(stage.Playground.At("opt"), "*", SearchOption.AllDirectories).Where(file => !file.Contains("/sessions/", StringComparison.Ordinal)).Select(File.ReadAllText), await File.ReadAllTextAsync(stage.Playground.At("summary.md"), TestContext.Current.CancellationToken)]);
    }

    [Fact]
    public async Task Told_to_stop_it_hands_its_task_back()
    {
        await using var stage = await AgentStage.OpenAsync("steps:\n  - write: a.txt\n    text: one\n  - say: I am busy now.\n  - wait: 5m\n", "limits:\n  drain: 1s");
        var attempt = await stage.BeginAsync();
        var agent = stage.StartAgentOnly(Once);
        await agent.SaysAsync("I am busy now.");

        agent.Terminate();

        var ended = await agent.EndAsync();
        Assert.True(ended.Code == (int)ExitCode.Interrupted, ended.All);
        Assert.IsType<AttemptOutcome.HandedBack>((await stage.ResultAsync(attempt)).Outcome);
        stage.AssertNothingIsLeft();
    }

    private static void InAJob(AgentStage stage)
    {
        var environment = stage.Playground.Environment;
        environment["PC_TOKEN"] = Token;
        environment["GITHUB_ACTIONS"] = "true";
        environment["GITHUB_SERVER_URL"] = "https://github.example";
        environment["GITHUB_REPOSITORY"] = "acme/shop";
        environment["GITHUB_RUN_ID"] = "42";
        environment["GITHUB_STEP_SUMMARY"] = stage.Playground.At("summary.md");
    }

    private static void AssertNowhere(string[] secrets, IEnumerable<string> texts)
    {
        foreach (var text in texts)
            Assert.DoesNotContain(secrets, secret => text.Contains(secret, StringComparison.Ordinal));
    }

    [GeneratedRegex("^::stop-commands::([0-9a-f]+)$", RegexOptions.None, 1000)]
    private static partial Regex StopCommands();
}
