namespace ClaudeCluster.Runner.Tests;

/// <summary>Ctrl-C and SIGTERM: the command tidies up, says so, and goes on when it is called again.</summary>
public sealed class InterruptTests
{
    // The child ignores the polite signal, and would run for ever.
    private const string Hangs = """
        attempts:
          - steps:
              - say: This takes long.
              - run: trap '' TERM INT; echo it hangs $((1 + 1)); while :; do sleep 1; done
          - steps:
              - say: It adds now.
              - write: sum.sh
                text: 'echo $(($1 + $2))'
        """;

    [Theory]
    [InlineData("SIGINT")]
    [InlineData("SIGTERM")]
    public async Task Interrupted_in_the_middle_it_leaves_nothing_behind_and_goes_on(string signal)
    {
        await using var playground = Playground.Create(script: Hangs);
        var process = playground.Start(playground.Run);
        await process.SaysAsync("it hangs 2");
        Assert.NotEmpty(Rest.Orphans(playground.Folder));

        if (signal == "SIGINT")
            process.Interrupt();
        else
            process.Terminate();
        var stopped = await process.EndAsync();

        Assert.True(stopped.Code == (int)ExitCode.Interrupted, stopped.All);
        Assert.Contains("What was done is kept. Call the same command again, and it goes on.", stopped.Output, StringComparison.Ordinal);
        Rest.NothingIsLeft(playground);

        var ended = await playground.Start(playground.Run).EndAsync();
        Assert.True(ended.Code == 0, ended.All);
        Assert.Contains("Flow issue-42-7-1 goes on where it was.", ended.Output, StringComparison.Ordinal);
        await Rest.IsWholeAsync(playground);
    }

    [Fact]
    public async Task Interrupted_with_json_it_prints_one_object()
    {
        await using var playground = Playground.Create(script: Hangs);
        var process = playground.Start([.. playground.Run, "--json"]);
        await process.SaysAsync("it hangs 2");

        process.Interrupt();
        var stopped = await process.EndAsync();

        Assert.True(stopped.Code == (int)ExitCode.Interrupted, stopped.All);
        Schema.Check("error", stopped.Json);
    }

    [Fact]
    public async Task A_second_process_on_the_hub_file_says_so_and_the_first_goes_on()
    {
        await using var playground = Playground.Create(script: """
            steps:
              - run: echo waiting $((1 + 1)); while [ ! -e GO ]; do sleep 0.1; done; rm -f GO
              - write: sum.sh
                text: 'echo $(($1 + $2))'
            """);
        var first = playground.Start(playground.Run);
        await first.SaysAsync("waiting 2");
        var work = Directory.GetDirectories(Path.Combine(playground.AgentRoot!, "attempts"), "work", SearchOption.AllDirectories).Single();

        var second = await playground.Start(playground.Run).EndAsync();
        Assert.True(second.Code == (int)ExitCode.HostNotReady, second.All);
        Assert.Contains(playground.Hub, second.Output, StringComparison.Ordinal);
        Assert.Contains($"Another process uses it (pid {first.Id}).", second.Output, StringComparison.Ordinal);
        var listed = await playground.CallAsync("history", "--repo", playground.Repository);
        Assert.Contains("issue-42-7-1", listed.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(work, "GO"), "go");
        var ended = await first.EndAsync();
        Assert.True(ended.Code == 0, ended.All);
        await Rest.IsWholeAsync(playground);
    }
}
