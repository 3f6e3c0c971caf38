namespace ClaudeCluster.Runner.Tests;

/// <summary>What a PC lacks that is only seen when it is tried, told by <c>doctor</c> and <c>agent --check</c> before any attempt is.</summary>
public sealed class HostTroubleTests
{
    [Theory]
    [InlineData("doctor")]
    [InlineData("agent")]
    public async Task A_bubblewrap_that_may_make_no_namespaces_is_told_with_its_fix(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The sandbox needs Linux.");
        await using var playground = Playground.Create();
        foreach (var (program, text) in new[] { ("bwrap", "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1"), ("socat", "exit 0") })
            File.SetUnixFileMode(playground.Write($"bin/{program}", $"#!/bin/sh\n{text}\n"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        playground.Environment["PATH"] = $"{playground.At("bin")}:{playground.Environment["PATH"]}";
        WriteConfig(playground);

        var ended = await playground.CallAsync(command == "doctor" ? [command] : [command, "--check", "--coder", $"script:{playground.Script}"]);

        Assert.True(ended.Code == (int)ExitCode.HostNotReady, ended.All);
        Assert.Contains("sandbox: The sandbox does not work on this PC: bwrap: setting up uid map: Permission denied", ended.Output, StringComparison.Ordinal);
        Assert.Contains("kernel.apparmor_restrict_unprivileged_userns=0", ended.Output, StringComparison.Ordinal);
        Assert.Contains("sandbox: { enabled: false }", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_that_others_can_read_is_warned_of_by_check_and_at_start()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such rights.");
        await using var stage = await AgentStage.OpenAsync(settings: "credentials:\n  agent_token: file:agent-token\nsandbox:\n  enabled: false");
        var token = stage.Playground.Write("opt/config/agent-token", "the-token-of-this-agent");
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var warning = $"'agent_token': {token} can be read by others (mode 640).";

        var check = await stage.CallAgentAsync("--check");
        var once = await stage.CallAgentAsync("--once", "--once-patience", "1");
        var daemon = await stage.StartAgentAsync();
        await daemon.SaysAsync("can be read by others");
        await AgentStage.EndAsync(daemon);
        File.SetUnixFileMode(token, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var mended = await stage.CallAgentAsync("--check");

        Assert.True(check.Code == 0, check.All);
        Assert.Contains(warning, check.Output, StringComparison.Ordinal);
        Assert.Contains($"chmod 600 {token}", check.Output, StringComparison.Ordinal);
        Assert.Contains(warning, once.All, StringComparison.Ordinal);
        Assert.DoesNotContain("can be read by others", mended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("doctor")]
    [InlineData("agent")]
    public async Task A_folder_for_temporary_files_that_cannot_be_written_is_named_with_its_fix(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no such folder.");
        await using var playground = Playground.Create();
        // Not even root makes a folder there.
        playground.Environment["TMPDIR"] = "/sys";
        WriteConfig(playground);

        var ended = await playground.Start(command == "doctor" ? [command] : [command, "--check"]).EndAsync();

        Assert.True(ended.Code == (int)ExitCode.HostNotReady, ended.All);
        Assert.Contains("claude: No temporary folder can be made in /sys: ", ended.Output, StringComparison.Ordinal);
        Assert.Contains("Set TMPDIR to a folder that this user may write", ended.Output, StringComparison.Ordinal);
    }

    private static void WriteConfig(Playground playground) => playground.Write("agent.yml", "agent_id: pc-1\nhub: 127.0.0.1:9\nspecialties: [backend]\nworkspace_root: workspaces\n");
}
