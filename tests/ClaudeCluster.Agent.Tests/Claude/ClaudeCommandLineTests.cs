namespace ClaudeCluster.Agent.Tests;

public class ClaudeCommandLineTests
{
    private static readonly ClaudeOptions Options = new()
    {
        Program = "/opt/claude/claude",
        Credential = new ClaudeCredential.ApiKey("sk-ant-secret"),
        SearchPath = "/usr/bin:/bin",
        BaseUrl = new Uri("http://127.0.0.1:8400/run-1"),
        HiddenFolders = ["/agent", "/home/agent"],
        ReadableFolders = ["/home/agent/.dotnet"],
    };

    private static readonly CoderJob Job = new()
    {
        AttemptId = "issue-186853002-12-1-a1",
        Folder = "/agent/work/it's",
        Scratch = "/agent/scratch/a1",
        Prompt = "The prompt.",
        Limits = new AttemptLimits(),
    };

    [Fact]
    public void The_line_is_the_approved_one() => Golden.Matches("command-line.txt", ClaudeCommandLine.Build(Job, Options).Describe() + "\n");

    [Fact]
    public void The_settings_are_the_approved_ones() => Golden.Matches("settings.json", Settings(Options) + "\n");

    [Fact]
    public void Without_the_sandbox_the_settings_still_have_its_key_so_that_a_broken_file_stops_the_CLI() =>
        Golden.Matches("settings-without-sandbox.json", Settings(Options with { Sandbox = false }) + "\n");

    [Fact]
    public void What_people_see_holds_no_secret()
    {
        foreach (var options in (ClaudeOptions[])[Options, Options with { Credential = new ClaudeCredential.OAuthToken("sk-ant-secret") }])
        {
            var line = ClaudeCommandLine.Build(Job, options);

            Assert.Contains("sk-ant-secret", line.Environment.Values);
            Assert.DoesNotContain("sk-ant-secret", line.Describe() + line + options + string.Concat(line.Files.Values), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_login_folder_is_used_in_its_place_and_hidden_from_commands()
    {
        var options = Options with { Credential = new ClaudeCredential.ConfigFolder("/home/agent/login") };

        Assert.Equal("/home/agent/login", ClaudeCommandLine.Build(Job, options).Environment["CLAUDE_CONFIG_DIR"]);
        Assert.Contains("\"/home/agent/login\"", Settings(options), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_attempt_has_the_same_session_and_a_resumed_one_goes_on()
    {
        var arguments = ClaudeCommandLine.Build(Job, Options).Arguments;
        var other = ClaudeCommandLine.Build(Job with { AttemptId = "issue-186853002-12-1-a2" }, Options).Arguments;
        var resumed = ClaudeCommandLine.Build(Job with { ResumeSession = "11111111-2222-4333-8444-555555555555" }, Options).Arguments;

        Assert.Equal(arguments, ClaudeCommandLine.Build(Job, Options).Arguments);
        Assert.NotEqual(arguments, other);
        Assert.Equal("11111111-2222-4333-8444-555555555555", resumed[resumed.ToList().IndexOf("--resume") + 1]);
        Assert.DoesNotContain("--session-id", resumed);
    }

    [Theory]
    [InlineData("--add-dir=/")]
    [InlineData("11111111-2222-4333-8444-55555555555x")]
    [InlineData("")]
    public void What_is_no_session_does_not_become_an_argument(string claimed)
    {
        var arguments = ClaudeCommandLine.Build(Job with { ResumeSession = claimed }, Options).Arguments;

        Assert.Equal(ClaudeCommandLine.Build(Job, Options).Arguments, arguments);
    }

    private static string Settings(ClaudeOptions options) => ClaudeCommandLine.Build(Job, options).Files["/agent/scratch/a1/claude/settings.json"];
}
