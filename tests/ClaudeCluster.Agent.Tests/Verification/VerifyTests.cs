namespace ClaudeCluster.Agent.Tests;

public sealed class VerifyTests : IDisposable
{
    private readonly SourceRepository _source = new();

    public void Dispose() => _source.Dispose();

    private async Task<IReadOnlyList<Verification>> RunAsync(string[] commands, TimeSpan? limit = null, Action<string>? edit = null, AgentOptions? options = null)
    {
        _source.Commit(("a.txt", "one"), (".gitignore", "junk\n"));
        await using var workspace = await _source.Workspaces.OpenAsync(_source.Task(), default);
        edit?.Invoke(workspace.Folder);
        var commit = await new CommitAndPush(_source.Commands).CommitAsync(workspace, "m", default);
        return await new Verify(options ?? _source.Options, TimeProvider.System)
            .RunAsync(workspace, commit, [.. commands.Select(command => new TestCommand(command))], limit ?? TimeSpan.FromMinutes(1), default);
    }

    [Fact]
    public async Task Commands_run_in_order_until_one_fails()
    {
        var verified = await RunAsync(["cat a.txt", "echo out; echo err >&2; exit 3", "echo never"]);

        Assert.Equal([0, 3], verified.Select(test => test.ExitCode));
        Assert.Equal("one", verified[0].Tail);
        Assert.Contains("err", verified[1].Tail, StringComparison.Ordinal);
        Assert.Equal("policy", verified[0].Source);
    }

    [Fact]
    public async Task What_a_command_says_of_its_tests_is_recorded_with_the_end_of_its_output()
    {
        var verified = await RunAsync(["echo '===== 5 passed, 2 skipped in 0.12s ====='; yes warning | head -c 20000", "echo nothing"]);

        Assert.Equal([new TestCounts(5, 0, 2), null], verified.Select(test => test.Counts));
        Assert.InRange(verified[0].Tail.Length, 4000, 4096);
        Assert.Equal("5 passed, 2 skipped", verified[0].Counts!.ToString());
        Assert.DoesNotContain("counts", System.Text.Json.JsonSerializer.Serialize(verified[1]), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Untracked_junk_does_not_help_tests_pass()
    {
        var verified = await RunAsync(["test -e b.txt", "test -e junk"], edit: folder =>
        {
            File.WriteAllText(Path.Combine(folder, "junk"), "");
            File.WriteAllText(Path.Combine(folder, "b.txt"), "");
        });

        Assert.Equal([0, 1], verified.Select(test => test.ExitCode));
    }

    [Fact]
    public async Task A_test_sees_a_home_of_its_own_and_no_secret()
    {
        var options = _source.Options with
        {
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["GITHUB_TOKEN"] = "x", ["NPM_TOKEN"] = "x", ["my_api_key"] = "x", ["DEPLOY_KEY"] = "x", ["GH_ENTERPRISE"] = "x", ["DATABASE_URL"] = "x", ["NPM_CONFIG__AUTH"] = "x", ["GIT_SSH_COMMAND"] = "x", ["AZP_PAT"] = "x", ["DOTNET_ROOT"] = "/d" },
        };
        var verified = await RunAsync(["env | cut -d= -f1 | sort | tr '\\n' ' '; echo $HOME"], options: options);

        Assert.StartsWith($"CI {ProcessTree.MarkName} DOTNET_ROOT HOME LANG ", verified[0].Tail, StringComparison.Ordinal);
        Assert.DoesNotContain("TOKEN", verified[0].Tail, StringComparison.Ordinal);
        Assert.DoesNotContain("api_key", verified[0].Tail, StringComparison.Ordinal);
        Assert.EndsWith("/test-scratch/home\n", verified[0].Tail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_takes_too_long_has_no_exit_code_and_says_so()
    {
        var verified = await RunAsync(["echo begun; setsid sleep 1000 & sleep 1000"], TimeSpan.FromMilliseconds(300));

        Assert.Null(verified[0].ExitCode);
        Assert.StartsWith("begun", verified[0].Tail, StringComparison.Ordinal);
        Assert.Contains("stopped after", verified[0].Tail, StringComparison.Ordinal);
        _source.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Of_a_long_output_the_end_is_kept()
    {
        var verified = await RunAsync(["head -c 1000000 /dev/zero | tr '\\0' x; echo end"]);

        Assert.Equal(4096, verified[0].Tail.Length);
        Assert.EndsWith("xend\n", verified[0].Tail, StringComparison.Ordinal);
    }
}
