using ClaudeCluster.FakeGitHub;

namespace ClaudeCluster.Runner.Tests;

/// <summary><c>doctor --for</c>: only what one kind of PC needs is looked at, and decides the exit code.</summary>
public sealed class DoctorForTests
{
    [Fact]
    public async Task A_coordinator_s_PC_is_ready_without_Claude_Code_git_and_sandbox()
    {
        await using var playground = Playground.Create();
        await using var gitHub = await FakeGitHubServer.StartAsync(playground.At("github"), TimeProvider.System);
        gitHub.World.AddRepository("octo/shop");
        playground.Environment["GITHUB_API_URL"] = gitHub.Url.AbsoluteUri.TrimEnd('/');
        playground.Environment["GITHUB_TOKEN"] = gitHub.World.AddToken("octo").Value;
        playground.Environment["PATH"] = playground.At("home");

        var ended = await playground.CallAsync("doctor", "--for", "coordinator", "--json");
        var people = await playground.CallAsync("doctor", "--for", "coordinator");

        Assert.True(ended.Code == 0, ended.All);
        Schema.Check("doctor", ended.Json);
        Assert.True(ended.Json["ok"]!.GetValue<bool>());
        Assert.Equal(["disk", "github"], Names(ended));
        Assert.Contains("Ready to be the coordinator's PC.", people.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_login_for_GitHub_no_flows_would_run_there()
    {
        await using var playground = Playground.Create();

        var ended = await playground.CallAsync("doctor", "--for", "coordinator");

        Assert.True(ended.Code == (int)ExitCode.HostNotReady, ended.All);
        Assert.Contains("GITHUB_APP_ID", ended.Output, StringComparison.Ordinal);
        Assert.Contains("Not ready to be the coordinator's PC.", ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("run")]
    public async Task Where_work_is_done_GitHub_is_not_asked(string role)
    {
        await using var playground = Playground.Create();
        playground.Environment["GITHUB_API_URL"] = "http://127.0.0.1:1";
        playground.Environment["GITHUB_TOKEN"] = "a-token";
        playground.Environment["GITHUB_REPOSITORIES"] = "octo/shop";
        playground.Environment["PATH"] = BadInputTests.PathWithoutClaude(playground);

        var ended = await playground.CallAsync("doctor", "--for", role, "--json");

        Assert.True(ended.Code == (int)ExitCode.HostNotReady, ended.All);
        Assert.Equal(["git", "claude", "sandbox", "disk"], Names(ended));
    }

    [Fact]
    public async Task Another_role_is_refused_with_those_that_there_are()
    {
        await using var playground = Playground.Create();

        var refused = await playground.CallAsync("doctor", "--for", "cook");

        Assert.True(refused.Code == (int)ExitCode.BadInput, refused.All);
        Assert.Contains("coordinator", refused.Output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(Ended ended) => ended.Json["checks"]!.AsArray().Select(check => check!["name"]!.GetValue<string>());
}
