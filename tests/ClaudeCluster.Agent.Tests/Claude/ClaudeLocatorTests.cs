namespace ClaudeCluster.Agent.Tests;

public sealed class ClaudeLocatorTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void The_configuration_wins_over_the_environment_and_that_over_the_PATH()
    {
        var (configured, named, onPath) = (Program("a/claude-1"), Program("b/claude-2"), Program("c/claude"));

        Assert.Equal(new ClaudeLocation(configured, "claude.path"), ClaudeLocator.Find(new(configured, named, _folder["c"])));
        Assert.Equal(new ClaudeLocation(named, "CLAUDE_CODE_CLI_PATH"), ClaudeLocator.Find(new(null, named, _folder["c"])));
        Assert.Equal(new ClaudeLocation(onPath, "claude on the PATH"), ClaudeLocator.Find(new("", "", _folder["c"])));
    }

    [Fact]
    public void The_name_claude_wins_over_claude_code()
    {
        var second = Program("d/claude-code");
        Assert.Equal(new ClaudeLocation(second, "claude-code on the PATH"), ClaudeLocator.Find(new(null, null, $"{_folder["c"]}:{_folder["d"]}")));

        var first = Program("d/claude");
        Assert.Equal(first, ClaudeLocator.Find(new(null, null, _folder["d"])).Program);
    }

    [Fact]
    public void A_place_that_was_named_and_is_wrong_is_an_error_and_not_passed_over()
    {
        Program("c/claude");

        var location = ClaudeLocator.Find(new(_folder["nowhere"], null, _folder["c"]));

        Assert.Null(location.Program);
        Assert.StartsWith("Claude Code CLI not found. claude.path says", location.Problem!.Detail, StringComparison.Ordinal);
        Assert.Contains("npm install -g @anthropic-ai/claude-code", location.Problem.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void The_stub_that_npm_leaves_leads_to_the_program_beside_it()
    {
        var stub = Program("n/@anthropic-ai/claude-code/bin/claude.exe", "echo 'claude native binary not installed'; exit 1\n");
        Directory.CreateDirectory(_folder["n/.bin"]);
        File.CreateSymbolicLink(_folder["n/.bin/claude"], stub);

        Assert.Contains("only the stub", ClaudeLocator.Find(new(null, null, _folder["n/.bin"])).Problem!.Detail, StringComparison.Ordinal);

        var native = Program("n/@anthropic-ai/claude-code-linux-x64/claude");
        Assert.Equal(new ClaudeLocation(native, "claude on the PATH, beside its stub"), ClaudeLocator.Find(new(null, null, _folder["n/.bin"])));
    }

    [Theory]
    [InlineData("2.1.330 (Claude Code)\n", "2.1.330")]
    [InlineData("3.0.0-beta.1 (Claude Code)", "3.0.0-beta.1")]
    [InlineData("git version 2.39.5", null)]
    [InlineData("", null)]
    public void The_version_is_read_from_what_the_CLI_says(string output, string? version) => Assert.Equal(version, ClaudeInstallation.ReadVersion(output));

    [Fact]
    public async Task The_real_CLI_is_inspected_without_a_request()
    {
        ClaudeCli.IsNeeded();

        var options = ClaudeCli.Options(new Uri("http://127.0.0.1:9"));
        var good = await InspectAsync(ClaudeCli.Location, options);
        var loggedOut = await InspectAsync(ClaudeCli.Location, options with { Credential = new ClaudeCredential.ConfigFolder(_folder["login"]) });

        Assert.Equal(("2.1.330", null), (good.Version, good.Problem));
        Assert.Contains("CLAUDE_CODE_OAUTH_TOKEN", Assert.IsType<AttemptOutcome.NotAuthenticated>(loggedOut.Problem).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_CLI_that_is_too_old_is_a_host_that_is_not_ready()
    {
        var old = Program("old/claude", "[ \"$1\" = --version ] && echo '1.0.0 (Claude Code)' || echo '--print'\n");

        var installation = await InspectAsync(ClaudeLocator.Find(new(old, null, "")), null);

        Assert.Equal("1.0.0", installation.Version);
        Assert.Contains("--restricted", Assert.IsType<AttemptOutcome.HostNotReady>(installation.Problem).Detail, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private Task<ClaudeInstallation> InspectAsync(ClaudeLocation location, ClaudeOptions? options) =>
        ClaudeInstallation.InspectAsync(location, options, _folder["scratch"], TimeProvider.System, TestContext.Current.CancellationToken);

    private string Program(string name, string script = "exit 0\n")
    {
        var file = _folder.Write(name, "#!/bin/sh\n" + script);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }
}
