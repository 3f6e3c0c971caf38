namespace ClaudeCluster.Runner.Tests;

/// <summary>The first thing that a newcomer runs.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task It_ends_with_the_diff_the_pull_request_the_comment_and_where_to_look()
    {
        await using var playground = Playground.Create();

        var ended = await playground.Start("demo").EndAsync();

        Assert.True(ended.Code == 0, ended.All);
        Assert.Empty(ended.Error);
        var folder = playground.At("state/claude-cluster/demo");
        Assert.Contains("The change\ndiff --git a/greet.sh b/greet.sh", ended.Output, StringComparison.Ordinal);
        Assert.Contains("Scripted: no model wrote this change.", ended.Output, StringComparison.Ordinal);
        Assert.Contains("The comment on the issue\n<!-- claude-cluster:issue-1-1-1 -->", ended.Output, StringComparison.Ordinal);
        Assert.Contains($"git -C {folder}/repository log --stat claude/issue-1", ended.Output, StringComparison.Ordinal);
        Assert.Contains($"claude-cluster history issue-1-1-1 --hub {folder}/cluster/hub.db", ended.Output, StringComparison.Ordinal);
        Assert.EndsWith("✓ Issue #1 became pull request #1, tested, after 2 attempts.\n", ended.Output, StringComparison.Ordinal);
        IsWhole(folder);
    }

    [Theory]
    [InlineData("edits greet.sh")]
    [InlineData("pushed claude/wip/1-1-a1")]
    [InlineData("runs sh test.sh")]
    [InlineData("Opened pull request")]
    public async Task Killed_in_the_middle_it_goes_on_where_it_was(string moment)
    {
        await using var playground = Playground.Create();
        var process = playground.Start("demo");
        await process.SaysAsync(moment);
        process.Kill();
        await process.EndAsync();

        var ended = await playground.Start("demo").EndAsync();

        Assert.True(ended.Code == 0, ended.All);
        Assert.StartsWith($"Going on with the demo in {playground.At("state/claude-cluster/demo")}, where it was left.", ended.Output, StringComparison.Ordinal);
        Assert.Contains("became pull request #1", ended.Output, StringComparison.Ordinal);
        IsWhole(playground.At("state/claude-cluster/demo"));
    }

    [Fact]
    public async Task A_second_demo_after_the_end_of_the_first_begins_afresh()
    {
        await using var playground = Playground.Create();
        await playground.CallAsync("demo");
        var first = new GitCli(playground.At("state/claude-cluster/demo/repository")).Run("rev-parse", "claude/issue-1");

        var ended = await playground.CallAsync("demo");

        Assert.True(ended.Code == 0, ended.All);
        Assert.DoesNotContain("Going on", ended.Output, StringComparison.Ordinal);
        IsWhole(playground.At("state/claude-cluster/demo"));
        Assert.NotEqual(first, new GitCli(playground.At("state/claude-cluster/demo/repository")).Run("rev-parse", "claude/issue-1"));
    }

    [Fact]
    public async Task It_needs_no_home()
    {
        await using var playground = Playground.Create();
        playground.Environment["HOME"] = null;
        playground.Environment["XDG_STATE_HOME"] = null;

        var ended = await playground.Start("demo").EndAsync();

        Assert.True(ended.Code == 0, ended.All);
        IsWhole(playground.At("tmp/.local/state/claude-cluster/demo"));
    }

    [Fact]
    public async Task A_folder_of_somebody_else_is_refused_and_left_as_it_is()
    {
        await using var playground = Playground.Create();
        playground.Write("mine/notes.txt", "precious");
        var before = Snapshot.Of(playground.At("mine"));

        var ended = await playground.CallAsync("demo", "--folder", "mine");

        Assert.True(ended.Code == (int)ExitCode.BadInput, ended.All);
        Assert.Contains($"--folder {playground.At("mine")}: The folder is not empty, and no demo made it.", ended.Output, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot.Of(playground.At("mine")));
    }

    [Fact]
    public async Task Work_whose_test_still_fails_becomes_no_pull_request()
    {
        await using var playground = Playground.Create();
        var folder = playground.At("demo");
        var process = playground.Start("demo", "--folder", folder);
        await process.SaysAsync("The greeting has a typo");
        process.Kill();
        await process.EndAsync();
        playground.Write("demo/coder-script.yml", """
            steps:
              - write: greet.sh
                text: echo Helo
            """);

        var ended = await playground.CallAsync("demo", "--folder", folder);

        Assert.True(ended.Code == (int)ExitCode.NeedsHuman, ended.All);
        Assert.Contains("A person is needed: The tests still fail: sh test.sh. All 3 attempts are used.", ended.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "cluster", "pulls")));
        Assert.DoesNotContain("claude/issue-1", new GitCli(Path.Combine(folder, "repository")).Branches());
        var history = await playground.CallAsync("history", "issue-1-1-1", "--hub", Path.Combine(folder, "cluster", "hub.db"));
        Assert.Contains("\"outcome\":\"testsFailed\"", history.Output, StringComparison.Ordinal);
    }

    private static void IsWhole(string folder)
    {
        var git = new GitCli(Path.Combine(folder, "repository"));
        Assert.Equal(["claude/issue-1", "main"], git.Branches());
        Assert.Equal(["claude-issue-1.md"], Directory.GetFiles(Path.Combine(folder, "cluster", "pulls")).Select(path => Path.GetFileName(path)));
        Assert.Single(Directory.GetFiles(Path.Combine(folder, "cluster"), "comment-*", SearchOption.AllDirectories));
        Assert.Empty(Rest.Orphans(folder));
        Assert.Empty(Snapshot.Of(Path.Combine(folder, "agent", "attempts")));
    }
}
