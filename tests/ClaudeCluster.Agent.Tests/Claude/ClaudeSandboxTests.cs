using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Agent.Tests;

/// <summary>The real CLI, with the sandbox that it builds around the model's commands, inside of ours.</summary>
public sealed class ClaudeSandboxTests
{
    [Fact]
    public async Task The_CLI_works_and_so_does_its_own_sandbox_inside()
    {
        await using var bench = await StartAsync(
            ModelStep.Write("{folder}/new.txt", "written by a tool"), ModelStep.Bash("bash look.sh"), new ModelStep.Say("Done."));
        bench.Write("repository/look.sh", $$"""
            echo x > inside.txt && echo WRITABLE
            echo "processes: $(ls -d /proc/[0-9]* | wc -l)"
            for process in /proc/[0-9]*; do tr '\0' '\n' < $process/environ; done 2>/dev/null | grep -aiE 'sk-ant|planted'
            cat {{bench.Root}}/agent/attempts/a2/other.txt
            (exec 3<>/dev/tcp/{{bench.Model.Url.Host}}/{{bench.Model.Url.Port}}) && echo REACHED-THE-NETWORK
            git diff > /dev/null && echo GIT-WORKS
            setsid env -i sleep 4713 > /dev/null 2>&1 &
            """.ReplaceLineEndings("\n"));
        bench.Write("agent/attempts/a2/other.txt", "planted-in-another-attempt");

        var report = await bench.RunAsync();

        Assert.Null(report.Failure);
        Assert.Equal("Done.", report.Claimed);
        var seen = bench.Model.Requests[2].ToolResults[^1];
        Assert.Contains("WRITABLE", seen, StringComparison.Ordinal);
        Assert.Contains("GIT-WORKS", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("REACHED-THE-NETWORK", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-ant", seen, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(bench.Repository, "new.txt")));
        Assert.True(File.Exists(Path.Combine(bench.Repository, "inside.txt")));
    }

    [Fact]
    public async Task Commands_run_however_long_the_path_of_the_attempts_folder_is()
    {
        await using var bench = await StartAsync(ModelStep.Bash("mktemp > made.txt && echo RAN"), new ModelStep.Say("Done."));
        bench.Scratch = Directory.CreateDirectory(Path.Combine(bench.Root, "agent/attempts/issue-1234567890-123456-1-a1-and-forty-more-characters-of-a-folder/scratch")).FullName;

        var report = await bench.RunAsync();

        Assert.Null(report.Failure);
        Assert.Contains("RAN", bench.Model.Requests[1].ToolResults[0], StringComparison.Ordinal);
        Assert.StartsWith("/tmp/", bench.Read("repository/made.txt"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_CLIs_own_sandbox_off_ours_still_holds_the_models_commands()
    {
        await using var bench = await StartAsync(ModelStep.Bash("bash look.sh"), new ModelStep.Say("Done."));
        bench.Options = bench.Options with { Sandbox = false };
        bench.Write("repository/look.sh", $$"""
            echo x > inside.txt && echo WRITABLE
            echo x > {{bench.Root}}/marker-root; echo x > {{bench.Root}}/agent/marker-agent; echo x > /var/tmp/marker-claude-cluster
            cat {{bench.Root}}/agent/attempts/a2/other.txt
            setsid env -i sleep 4714 > /dev/null 2>&1 &
            """.ReplaceLineEndings("\n"));
        bench.Write("agent/attempts/a2/other.txt", "planted-in-another-attempt");

        var report = await bench.RunAsync();

        Assert.Null(report.Failure);
        Assert.Contains("WRITABLE", bench.Model.Requests[1].ToolResults[0], StringComparison.Ordinal);
        Assert.DoesNotContain("planted", bench.Model.Requests[1].ToolResults[0], StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(bench.Root, "marker-*", SearchOption.AllDirectories).Where(file => !file.StartsWith(bench.Scratch, StringComparison.Ordinal)));
        Assert.False(File.Exists("/var/tmp/marker-claude-cluster"));
    }

    private static async Task<ClaudeBench> StartAsync(params ModelStep[] script)
    {
        ClaudeCli.SandboxIsNeeded();
        var bench = await ClaudeBench.StartAsync(script);
        bench.Agent = new AgentOptions
        {
            AgentId = new AgentId("pc-1"),
            WorkerId = "pc-1/4711/first",
            Specialties = [],
            Root = Path.Combine(bench.Root, "agent"),
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = bench.Options.SearchPath },
            Sandbox = new SandboxOptions(),
        };
        return bench;
    }
}
