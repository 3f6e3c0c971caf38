using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Runner.Tests;

/// <summary>
/// The layout of the guide, with credentials beside the workspaces and nothing under <c>hidden</c>. All of it is made readable, so that what is out
/// of sight is so because of what it is, and not because it lies in a folder for temporary files.
/// </summary>
public sealed class HiddenCredentialsTests
{
    private const string Planted = "planted-credential-of-this-pc-77ac";

    private static readonly string[] Places = ["opt/config/agent-token", "opt/config/claude-token", "opt/config/agent.yml", "secrets/github-token", "opt/logs/agent.log", "opt/runner/.credentials", "opt/runner/.env"];

    [Fact]
    public async Task A_test_reads_no_credential_of_the_agent_and_none_of_a_runner_beside_it()
    {
        await using var stage = await OpenAsync(new Dictionary<string, string>(StringComparer.Ordinal));
        await stage.BeginAsync();

        var ended = await stage.StartAgentOnly("--once", "--once-patience", "40").EndAsync();

        Assert.True(ended.Code == 0, ended.All);
    }

    [Fact]
    public async Task In_a_job_a_test_reads_nothing_of_the_runner_wherever_it_lies_but_what_earlier_steps_installed()
    {
        await using var stage = await OpenAsync(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["GITHUB_ACTIONS"] = "true",
            ["RUNNER_TEMP"] = "far/runner/_work/_temp",
            ["GITHUB_WORKSPACE"] = "far/runner/_work/shop/shop",
            ["RUNNER_TOOL_CACHE"] = "far/runner/_work/_tool",
        });
        await stage.BeginAsync();

        var ended = await stage.StartAgentOnly("--once", "--once-patience", "40").EndAsync();

        Assert.True(ended.Code == 0, ended.All);
    }

    [Fact]
    public async Task A_command_of_the_model_reads_no_credential_of_the_agent()
    {
        var cli = RealClaude.Path();
        await using var model = await ScriptedModelServer.StartAsync(
            [ModelStep.Bash("sh look.sh"), ModelStep.Read("{folder}/sum.sh"), ModelStep.Edit("{folder}/sum.sh", "$1 - $2", "$1 + $2"), new ModelStep.Say("It adds now.")]);
        await using var stage = await OpenAsync(new Dictionary<string, string>(StringComparer.Ordinal) { ["CLAUDE_CODE_CLI_PATH"] = cli, ["ANTHROPIC_BASE_URL"] = model.Url.AbsoluteUri });
        await stage.BeginAsync();

        var ended = await stage.Playground.Start("agent", "--config", stage.Playground.At("opt/config/agent.yml"), "--once", "--once-patience", "60").EndAsync();

        Assert.True(ended.Code == 0, ended.All);
        var seen = model.Requests[1].ToolResults[0];
        Assert.Contains("LOOKED", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(Planted, seen, StringComparison.Ordinal);
    }

    /// <param name="variables">Of the agent's process; what begins with far/ is a folder of the playground.</param>
    private static async Task<AgentStage> OpenAsync(Dictionary<string, string> variables)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/bwrap"), "The sandbox needs bubblewrap: run `apt-get install bubblewrap`.");
        var stage = await AgentStage.OpenAsync(settings: $"""
            # {Planted}
            github_token: file:../../secrets/github-token
            credentials:
              agent_token: file:agent-token
              claude_oauth_token: file:claude-token
            sandbox:
              readable: [../..]
            """);
        var playground = stage.Playground;
        foreach (var place in Places.Except(["opt/config/agent.yml"], StringComparer.Ordinal))
            playground.Write(place, Planted);
        playground.Write("opt/runner/.runner", "{}");
        // A folder that commands need cannot be hidden: the file in it is, alone.
        playground.Environment["PATH"] += $":{Path.GetDirectoryName(playground.Write("secrets/bin/tool", string.Empty))}";
        foreach (var place in (string[])["far/runner/.credentials", "far/runner/_work/shop/shop/.git/config"])
            playground.Write(place, variables.ContainsKey("RUNNER_TEMP") ? Planted : "nothing");
        playground.Write("far/runner/.runner", "{}");
        playground.Write("far/runner/_work/_tool/compiler", "a compiler");
        foreach (var (name, value) in variables)
            playground.Environment[name] = value.StartsWith("far/", StringComparison.Ordinal) ? playground.At(value) : value;
        playground.Write("repository/look.sh", $"cat {playground.Folder}/far/runner/_work/_tool/compiler || exit 2\ncat {string.Join(' ', Places.Append("far/runner/.credentials").Append("far/runner/_work/shop/shop/.git/config").Select(playground.At))}\necho LOOKED\n");
        playground.Write("repository/test.sh", $"sh look.sh > seen.txt 2>&1; cat seen.txt; grep -q LOOKED seen.txt && ! grep -q {Planted} seen.txt && test \"$(sh sum.sh 1 2)\" = 3\n");
        playground.Git.Run("add", "--all");
        playground.Git.Run("commit", "--quiet", "--message=Tests that look around");
        return stage;
    }
}
