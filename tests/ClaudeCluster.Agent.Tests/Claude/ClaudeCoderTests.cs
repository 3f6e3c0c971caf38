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

    [Fact]
    public async Task A_session_goes_on_and_its_cost_is_counted_once()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Say("First."), new ModelStep.Say("Second."));

        var first = await bench.RunAsync("One.");
        var second = await bench.RunAsync("Two.", resume: first.Session);

        Assert.Equal((null, null), (first.Failure, second.Failure));
        Assert.Equal(("Second.", first.Session), (second.Claimed, second.Session));
        Assert.Contains("One.", bench.Model.Requests[1].Body, StringComparison.Ordinal);
        Assert.Equal(first.Usage.Usd, second.Usage.Usd);
    }

    [Fact]
    public async Task A_run_that_is_repeated_after_a_crash_goes_on_with_its_session()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Say("First."), new ModelStep.Say("Second."));

        var first = await bench.RunAsync("One.");
        var second = await bench.RunAsync("One, again.");

        Assert.Equal(("Second.", first.Session), (second.Claimed, second.Session));
        Assert.Equal(2, bench.Model.Requests.Count);
    }

    [Fact]
    public async Task A_session_that_is_gone_begins_anew()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Say("Done."));

        var report = await bench.RunAsync(resume: "11111111-2222-4333-8444-555555555555");

        Assert.Equal((null, "Done."), (report.Failure, report.Claimed));
        Assert.NotEqual("11111111-2222-4333-8444-555555555555", report.Session);
    }

    [Fact]
    public async Task A_CLI_that_starts_with_other_tools_is_stopped_before_the_models_first_word()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Hang());
        var run = await bench.RunOnceAsync(line => line with { Arguments = [.. line.Arguments.Select(argument => argument == "Bash,Edit,Read,Write" ? "Read,WebFetch" : argument)] });

        Assert.Contains("instead of Bash, Edit, Read, Write", Assert.IsType<AttemptOutcome.HostNotReady>(run.Failure).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_CLI_that_starts_in_another_permission_mode_is_stopped()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Hang());
        var run = await bench.RunOnceAsync(line => line with { Arguments = [.. line.Arguments.Select(argument => argument == "acceptEdits" ? "plan" : argument)] });

        Assert.Contains("permission mode plan", Assert.IsType<AttemptOutcome.HostNotReady>(run.Failure).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_settings_file_of_the_wrong_shape_stops_the_CLI()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Say("Never said."));
        var run = await bench.RunOnceAsync(line => line with
        {
            Files = line.Files.ToDictionary(file => file.Key, file => file.Value.Replace("\"deny\": [", "\"deny\": 7, \"x\": [", StringComparison.Ordinal)),
        });

        Assert.Contains("sandbox required but unavailable: the setti", Assert.IsType<AttemptOutcome.HostNotReady>(run.Failure).Detail, StringComparison.Ordinal);
        Assert.Empty(bench.Model.Requests);
    }
}
