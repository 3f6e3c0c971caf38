namespace ClaudeCluster.Runner.Tests;

/// <summary>Each command's <c>--json</c> is exactly one object on standard output, as its schema says. Errors: see <see cref="BadInputTests"/>.</summary>
public sealed class JsonTests
{
    [Fact]
    public async Task Run()
    {
        await using var playground = Playground.Create();

        var ended = await playground.CallAsync([.. playground.Run, "--json"]);

        Schema.Check("run", ended.Json);
        Assert.Equal("Review", ended.Json["phase"]!.GetValue<string>());
        Assert.Equal("claude/issue-7", ended.Json["branch"]!.GetValue<string>());
        Assert.Contains("Opened pull request #1", ended.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_that_asks_a_person()
    {
        await using var playground = Playground.Create(script: "steps:\n  - say: Nothing to change.\n");

        var ended = await playground.CallAsync([.. playground.Run, "--json"]);

        Assert.Equal((int)ExitCode.NeedsHuman, ended.Code);
        Schema.Check("run", ended.Json);
        Assert.NotNull(ended.Json["question"]);
    }

    [Fact]
    public async Task Run_that_has_nothing_to_do()
    {
        await using var playground = Playground.Create(change: payload => payload.Issue()["state"] = "closed");

        var ended = await playground.CallAsync([.. playground.Run, "--json"]);

        Assert.Equal((int)ExitCode.NothingToDo, ended.Code);
        Schema.Check("run", ended.Json);
        Assert.Equal("the issue is closed", ended.Json["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Demo()
    {
        await using var playground = Playground.Create();

        Schema.Check("demo", (await playground.CallAsync("demo", "--json")).Json);
    }

    [Fact]
    public async Task Dry_run()
    {
        await using var playground = Playground.Create();

        Schema.Check("dry-run", (await playground.CallAsync("dry-run", "--issue-title", "A title", "--json")).Json);
        Schema.Check("dry-run", (await playground.CallAsync("dry-run", "--issue-title", "A title", "--label", "claude:skip", "--json")).Json);
        Schema.Check("dry-run", (await playground.CallAsync("dry-run", "--event", playground.EventFile, "--repo", playground.Repository, "--json")).Json);
    }

    [Fact]
    public async Task History()
    {
        await using var playground = Playground.Create();
        await playground.CallAsync(playground.Run);

        var list = await playground.CallAsync("history", "--repo", playground.Repository, "--json");
        Schema.Check("history-list", list.Json);
        var ids = list.Json["instances"]!.AsArray().Select(instance => instance!["instanceId"]!.GetValue<string>()).ToList();
        Assert.Contains("issue-42-7-1", ids);
        foreach (var id in ids)
            Schema.Check("history", (await playground.CallAsync("history", id, "--repo", playground.Repository, "--json")).Json);
    }

    [Fact]
    public async Task An_unknown_id_is_told_with_how_to_find_the_known_ones()
    {
        await using var playground = Playground.Create();
        await playground.CallAsync(playground.Run);

        var ended = await playground.CallAsync("history", "issue-42-8-1", "--repo", playground.Repository);

        Assert.Equal((int)ExitCode.BadInput, ended.Code);
        Assert.Contains($"There is no instance 'issue-42-8-1' in {playground.Hub}. Call 'claude-cluster history' without an id to list them.", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_of_a_repository_that_no_run_has_worked_on_says_so()
    {
        await using var playground = Playground.Create();

        var ended = await playground.CallAsync("history", "--repo", playground.Repository);

        Assert.Equal((int)ExitCode.HostNotReady, ended.Code);
        Assert.Contains($"{playground.Hub}: There is no such file.", ended.Output, StringComparison.Ordinal);
    }
}
