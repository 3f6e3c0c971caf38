using System.Text.Json.Nodes;

namespace ClaudeCluster.Runner.Tests;

/// <summary>What this machine has and lacks, each problem with its fix.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task Missing_git_is_told_with_its_fix_and_nothing_works_without_it()
    {
        await using var playground = Playground.Create();
        playground.Environment["PATH"] = playground.At("home");

        var ended = await DoctorAsync(playground, ExitCode.HostNotReady);

        var git = Check(ended, "git");
        Assert.False(git["ok"]!.GetValue<bool>());
        Assert.True(git["needed"]!.GetValue<bool>());
        Assert.StartsWith("git cannot be run: The program git was not found.", git["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("Install git", git["fix"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("This machine is not ready.", (await playground.CallAsync("doctor")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_Claude_Code_is_told_in_the_words_that_people_know()
    {
        await using var playground = Playground.Create();
        playground.Environment["PATH"] = BadInputTests.PathWithoutClaude(playground);

        var ended = await DoctorAsync(playground, ExitCode.HostNotReady);

        var claude = Check(ended, "claude");
        Assert.StartsWith("Claude Code CLI not found", claude["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("npm install -g @anthropic-ai/claude-code", claude["fix"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("Ready for 'demo', 'dry-run' and scripted runs.", (await playground.CallAsync("doctor")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Claude_Code_that_is_there_is_named_with_its_version_and_place()
    {
        await using var playground = Playground.Create();
        var stub = Stub(playground, """
            case "$*" in
              *--version*) echo '2.1.330 (Claude Code)' ;;
              *--help*) echo '--restricted' ;;
              *) echo '{"loggedIn": true, "authMethod": "claude.ai", "apiProvider": "firstParty"}' ;;
            esac
            """);

        var claude = Check(await DoctorAsync(playground, code: null), "claude");

        Assert.True(claude["ok"]!.GetValue<bool>(), claude.ToJsonString());
        Assert.Contains("2.1.330", claude["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(stub, claude["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Claude_Code_that_is_not_logged_in_is_told_with_its_fix()
    {
        await using var playground = Playground.Create();
        Stub(playground, """
            case "$*" in
              *--version*) echo '2.1.330 (Claude Code)' ;;
              *--help*) echo '--restricted' ;;
              *) echo '{"loggedIn": false}'; exit 1 ;;
            esac
            """);

        var claude = Check(await DoctorAsync(playground, ExitCode.HostNotReady), "claude");

        Assert.False(claude["ok"]!.GetValue<bool>());
        Assert.NotEmpty(claude["fix"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("missing", "There is no such file.", "Check the path")]
    [InlineData("text", "It is not a database.", "Name another file")]
    [InlineData("foreign", "It is a database of another program.", "Name another file")]
    [InlineData("newer", "It was written by a newer version", "Update this program")]
    [InlineData("folder", "", "")]
    public async Task A_hub_file_in_a_bad_state_is_told_with_its_fix(string state, string reason, string fix)
    {
        await using var playground = Playground.Create();
        var file = playground.At("hub.db");
        switch (state)
        {
            case "text":
                playground.Write("hub.db", "These are my notes. " + new string('x', 4096));
                break;
            case "foreign":
                HubFiles.MakeForeign(file);
                break;
            case "newer":
                await playground.CallAsync(playground.Run);
                file = playground.Hub;
                HubFiles.MakeNewer(file);
                break;
            case "folder":
                Directory.CreateDirectory(file);
                break;
        }

        var before = Files(playground);
        var hub = Check(await DoctorAsync(playground, ExitCode.HostNotReady, "--hub", file), "hub");

        Assert.False(hub["ok"]!.GetValue<bool>());
        Assert.StartsWith($"{file}: {reason}", hub["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(fix, hub["fix"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(before, Files(playground));
    }

    [Fact]
    public async Task A_good_hub_file_can_be_read()
    {
        await using var playground = Playground.Create();
        await playground.CallAsync(playground.Run);

        Assert.True(Check(await DoctorAsync(playground, code: null, "--hub", playground.Hub), "hub")["ok"]!.GetValue<bool>());
    }

    // SQLite's own index of a log, which every reader makes where there is none.
    private static IEnumerable<string> Files(Playground playground) => Snapshot.Of(playground.Folder, playground.At("tmp"))
        .Where(entry => !entry.Contains("hub.db-shm ", StringComparison.Ordinal) && !entry.Contains("hub.db-wal ", StringComparison.Ordinal));

    private static async Task<Ended> DoctorAsync(Playground playground, ExitCode? code, params string[] arguments)
    {
        var ended = await playground.CallAsync(["doctor", "--json", .. arguments]);
        Assert.True(code is null || ended.Code == (int)code, ended.All);
        Schema.Check("doctor", ended.Json);
        return ended;
    }

    private static JsonObject Check(Ended ended, string name) =>
        ended.Json["checks"]!.AsArray().Select(check => check!.AsObject()).Single(check => check["name"]!.GetValue<string>() == name);

    private static string Stub(Playground playground, string script)
    {
        var stub = playground.Write("stub/claude", $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(stub, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        playground.Environment["PATH"] = $"{Path.GetDirectoryName(stub)}{Path.PathSeparator}{playground.Environment["PATH"]}";
        return stub;
    }
}
