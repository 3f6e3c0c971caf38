using ClaudeCluster.DurableTask;

namespace ClaudeCluster.Runner.Tests;

/// <summary><c>replay</c>: stored histories against the code at hand.</summary>
public sealed class ReplayTests
{
    [Fact]
    public async Task Histories_of_this_version_fit_its_code()
    {
        await using var playground = Playground.Create();
        await playground.CallAsync(playground.Run);

        var ended = await playground.CallAsync("replay", "--hub", playground.Hub, "--json");

        Assert.Equal((int)ExitCode.Done, ended.Code);
        Schema.Check("replay", ended.Json);
        Assert.Equal(["Attempt", "IssueToPullRequest", "ReceiveEvent"], ended.Json["histories"]!.AsArray().Select(found => found!["orchestrator"]!.GetValue<string>()).Order());
    }

    [Fact]
    public async Task A_history_that_the_code_no_longer_follows_is_reported_with_its_first_difference()
    {
        await using var playground = Playground.Create();
        await playground.CallAsync(playground.Run);
        var history = (await playground.CallAsync("history", "issue-42-7-1", "--hub", playground.Hub, "--json")).Output;
        playground.Write("same.json", history);
        playground.Write("changed.json", history.Replace("\"RouteIssue\"", "\"RouteByStars\"", StringComparison.Ordinal));

        var ended = await playground.CallAsync("replay", "--history", playground.At("same.json"), playground.At("changed.json"));

        Assert.Equal((int)ExitCode.Failed, ended.Code);
        Assert.Contains("✓ same (IssueToPullRequest)", ended.Output, StringComparison.Ordinal);
        Assert.Contains("expected activity 'RouteByStars' (#0); found activity 'RouteIssue' (#0)", ended.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 2 histories do not fit", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_of_ones_own_is_an_assembly()
    {
        await using var playground = Playground.Create();
        playground.Write("greets.json", """
            [
              { "type": "orchestratorStarted", "timestamp": "2026-03-01T12:00:00Z" },
              { "type": "executionStarted", "executionId": "e", "name": "GreetsInTests", "version": "" },
              { "type": "taskScheduled", "taskId": 0, "name": "Greet", "version": "" },
              { "type": "orchestratorCompleted" }
            ]
            """);
        string[] replay = ["replay", "--history", playground.At("greets.json")];

        Assert.Contains("There is no orchestrator named 'GreetsInTests'", (await playground.CallAsync(replay)).Output, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.Done, (await playground.CallAsync([.. replay, "--code", typeof(GreetsSomebody).Assembly.Location])).Code);
    }

    [Theory]
    [InlineData("Give either --hub or --history", "replay")]
    [InlineData("Give either --hub or --history", "replay", "--hub", "a", "--history", "b")]
    [InlineData("cannot be read", "replay", "--history", "/nowhere.json")]
    [InlineData("is no history", "replay", "--history", "/etc/hostname")]
    [InlineData("cannot be loaded", "replay", "--history", "/etc/hostname", "--code", "/etc/hostname")]
    public async Task What_it_cannot_use_it_names(string message, params string[] call)
    {
        await using var playground = Playground.Create();

        var ended = await playground.CallAsync(call);

        Assert.Equal((int)ExitCode.BadInput, ended.Code);
        Assert.Contains(message, ended.Output + ended.Error, StringComparison.Ordinal);
    }
}

/// <summary>An orchestrator that the tool does not know, under a name that is not its class's.</summary>
[DurableTask("GreetsInTests")]
public sealed class GreetsSomebody : TaskOrchestrator<object?, string>
{
    public override Task<string> RunAsync(TaskOrchestrationContext context, object? input) => context.CallActivityAsync<string>("Greet");
}
