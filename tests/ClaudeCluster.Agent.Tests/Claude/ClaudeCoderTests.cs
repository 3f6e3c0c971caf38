using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Agent.Tests;

public class ClaudeCoderTests
{
    [Fact]
    public async Task The_real_CLI_edits_a_repository()
    {
        ClaudeCli.SandboxIsNeeded();
        await using var bench = await ClaudeBench.StartAsync(
            ModelStep.Read("{folder}/pages.sh"),
            ModelStep.Edit("{folder}/pages.sh", "$1 / $2", "($1 + $2 - 1) / $2"),
            ModelStep.Bash("sh pages.sh 21 10"),
            ModelStep.Write("{folder}/pages.test.sh", "test \"$(sh pages.sh 21 10)\" = 3\n"),
            new ModelStep.Say("Pages are rounded up now."));

        var report = await bench.RunAsync();

        Assert.Null(report.Failure);
        Assert.Equal("Pages are rounded up now.", report.Claimed);
        Assert.Equal("echo $(( ($1 + $2 - 1) / $2 ))\n", bench.Read("repository/pages.sh"));
        Assert.Equal("3", bench.Model.Requests[3].ToolResults[^1]);
        Assert.Equal(["pages.sh", "pages.test.sh"], Directory.EnumerateFileSystemEntries(bench.Repository).Select(Path.GetFileName).Where(name => name != ".git").Order());
        Assert.Equal((5, 5000, 500), (report.Usage.Turns, report.Usage.InputTokens, report.Usage.OutputTokens));
        Assert.True(report.Usage.Usd > 0);
        Assert.Contains($"Edit {bench.Repository}/pages.sh", bench.Progress);
        Assert.Contains("Claude Code 2.1.330 works with", bench.Progress[0], StringComparison.Ordinal);
    }
}
