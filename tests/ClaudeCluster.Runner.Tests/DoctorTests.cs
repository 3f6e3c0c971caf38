using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub;

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

    [Fact]
    public async Task Each_permission_that_an_App_lacks_is_told_with_what_does_not_work_without_it()
    {
        await using var playground = Playground.Create();
        await using var gitHub = await FakeGitHubServer.StartAsync(playground.At("github"), TimeProvider.System);
        using var key = RSA.Create(2048);
        var granted = new Dictionary<string, string> { ["contents"] = "write", ["issues"] = "read", ["metadata"] = "read", ["pull_requests"] = "write", ["statuses"] = "read" };
        var app = gitHub.World.AddApp("cluster", RSA.Create(key.ExportParameters(includePrivateParameters: false)), granted, gitHub.World.AddRepository("octo/shop"));
        playground.Environment["GITHUB_API_URL"] = gitHub.Url.AbsoluteUri.TrimEnd('/');
        playground.Environment["GITHUB_APP_ID"] = app.Id.ToString(CultureInfo.InvariantCulture);
        playground.Environment["GITHUB_APP_PRIVATE_KEY_FILE"] = playground.Write("app.pem", key.ExportRSAPrivateKeyPem());
        var everywhere = await DoctorAsync(playground, ExitCode.HostNotReady);
        playground.Environment["GITHUB_REPOSITORIES"] = "octo/shop, octo/other";

        var named = await DoctorAsync(playground, ExitCode.HostNotReady);

        var shop = Check(named, "github octo/shop");
        Assert.False(shop["ok"]!.GetValue<bool>());
        Assert.Equal(
            "the App cluster lacks issues=write for the comment and the status labels; checks=read for mending failed checks; "
            + "actions=write for waking runners, and reading the logs of failed jobs (optional); administration=read for seeing whether a runner is alive (optional)",
            shop["detail"]!.GetValue<string>());
        Assert.Contains("Permissions", shop["fix"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("Install the App there", Check(named, "github octo/other")["fix"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(everywhere.Json["checks"]!.AsArray(), check => check!["name"]!.GetValue<string>().StartsWith("github installation", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_token_may_read_is_tried_and_nothing_is_written()
    {
        await using var playground = Playground.Create();
        await using var gitHub = await FakeGitHubServer.StartAsync(playground.At("github"), TimeProvider.System);
        gitHub.World.AddRepository("octo/shop");
        playground.Environment["GITHUB_API_URL"] = gitHub.Url.AbsoluteUri.TrimEnd('/');
        playground.Environment["GITHUB_TOKEN"] = gitHub.World.AddToken("octo", permissions: new Dictionary<string, string> { ["contents"] = "write", ["issues"] = "write", ["checks"] = "read", ["statuses"] = "read" }).Value;
        var unnamed = Check(await DoctorAsync(playground, code: null), "github");
        var before = gitHub.Requests.All.Count;
        playground.Environment["GITHUB_REPOSITORIES"] = "octo/shop,octo/nothing";

        var ended = await DoctorAsync(playground, ExitCode.HostNotReady);

        Assert.Equal(0, before);
        Assert.Contains("GITHUB_REPOSITORIES", unnamed["fix"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("the token lacks pull_requests=write for pull requests", Check(ended, "github octo/shop")["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("the token may not see it", Check(ended, "github octo/nothing")["detail"]!.GetValue<string>());
        Assert.All(gitHub.Requests.All, request => Assert.Equal("GET", request.Method));
    }

    [Theory]
    [InlineData("GITHUB_APP_ID", "7", "The App has no private key")]
    [InlineData("GITHUB_REPOSITORIES", "shop", "'shop' is no repository")]
    public async Task A_login_that_cannot_be_used_is_told_with_its_fix(string variable, string value, string reason)
    {
        await using var playground = Playground.Create();
        playground.Environment[variable] = value;

        var ended = await playground.CallAsync("doctor", "--json");

        Assert.NotEqual(0, ended.Code);
        Assert.Contains(reason, ended.Output, StringComparison.Ordinal);
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
