using System.Text.Json;

namespace ClaudeCluster.Packages.Tests;

public sealed class PackagesTests(PackageFeed feed) : IClassFixture<PackageFeed>
{
    [Fact]
    public async Task A_program_of_somebody_else_puts_a_step_of_its_own_before_the_pull_request()
    {
        var consumer = feed.MakeConsumer("own-flow");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(PackageFeed.Repository, "tests", "consumers", "OwnFlow")))
            File.Copy(file, Path.Combine(consumer, Path.GetFileName(file)));

        var output = await feed.RunAsync(consumer, "dotnet", "run", "--", Path.Combine(consumer, "hub.db"));

        // The host logs in between, over two lines each: "info: …" and an indented text.
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] is not ' ' && !line.StartsWith("info:", StringComparison.Ordinal));
        Assert.Equal(
            [
                "checked the licences of claude/issue-5",
                "claude/issue-5 is 1111111111111111111111111111111111111111",
                "pull request: The server answers slowly",
                "issue-1-5-1: Review, https://example.invalid/pull/1",
            ],
            lines);
    }

    [Fact]
    public async Task The_compiler_of_somebody_else_warns_of_a_clock_in_an_orchestrator()
    {
        var consumer = feed.MakeConsumer("clock");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(PackageFeed.Repository, "tests", "consumers", "OwnFlow")))
            File.Copy(file, Path.Combine(consumer, Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(consumer, "FlowWithClock.cs"), """
            using ClaudeCluster.DurableTask;
            using ClaudeCluster.Orchestrations;

            public sealed class FlowWithClock : IssueToPullRequest
            {
                protected override Task<FlowState> BeforePullRequestAsync(TaskOrchestrationContext context, FlowState flow) =>
                    Task.FromResult(DateTime.Now.Hour < 8 ? flow with { Phase = FlowPhase.NeedsHuman } : flow);
            }
            """);

        var output = await feed.RunAsync(consumer, "dotnet", "build", "-p:TreatWarningsAsErrors=false");

        Assert.Contains("FlowWithClock.cs(7,25): warning CCDT0001: 'DateTime.Now': each replay would read another time.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_a_tool_manifest_dotnet_ClaudeCluster_Runner_works()
    {
        var consumer = feed.MakeConsumer("manifest");
        await feed.RunAsync(consumer, "dotnet", "new", "tool-manifest");
        await feed.RunAsync(consumer, "dotnet", "tool", "install", "ClaudeCluster.Runner");

        var output = await feed.RunAsync(consumer, "dotnet", "ClaudeCluster.Runner", "dry-run", "--issue-title", "The API returns 500", "--json");

        using var answer = JsonDocument.Parse(output);
        Assert.Equal("backend", answer.RootElement.GetProperty("routing").GetProperty("specialty").GetString());
    }

    [Fact]
    public async Task The_same_program_is_also_the_command_claude_cluster()
    {
        var consumer = feed.MakeConsumer("alias");
        await feed.RunAsync(consumer, "dotnet", "tool", "install", "claude-cluster", "--tool-path", "bin");

        var output = await feed.RunAsync(consumer, Path.Combine(consumer, "bin", "claude-cluster"), "--help");

        Assert.Contains("dry-run", output, StringComparison.Ordinal);
    }
}
