using ClaudeCluster.ScriptedModel;

namespace ClaudeCluster.Agent.Tests;

/// <summary>The real CLI with an API key: it works with a token that is good for its run only.</summary>
public sealed class ClaudeBehindProxyTests
{
    [Fact]
    public async Task The_real_key_is_in_no_process_file_or_output_of_the_run()
    {
        await using var bench = await ClaudeBench.StartAsync(ModelStep.Bash("bash wait.sh"), new ModelStep.Say("Done."));
        bench.Write("repository/wait.sh", "touch waiting\nuntil [ -e go ]; do sleep 0.1; done\nenv\n");
        var running = bench.RunAsync();
        await bench.WaitForFileAsync("waiting", running);

        var seen = ProcessTree.Find(bench.Scratch).SelectMany(id => new[] { "environ", "cmdline" }.Select(file => Read($"/proc/{id}/{file}"))).ToList();
        var files = Directory.EnumerateFiles(bench.Scratch, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }).Select(Read).ToList();
        bench.Write("repository/go", "");
        var report = await running;

        Assert.Null(report.Failure);
        Assert.Contains(seen, text => text.Contains("ANTHROPIC_API_KEY=one-run-", StringComparison.Ordinal));
        Assert.DoesNotContain([.. seen, .. files, .. bench.Progress], text => text.Contains(ClaudeCli.Secret, StringComparison.Ordinal));
        Assert.All(bench.Model.Requests, request => Assert.Equal(ClaudeCli.Secret, request.Headers["x-api-key"]));
        Assert.DoesNotContain(bench.Model.Requests, request => request.Body.Contains(ClaudeCli.Secret, StringComparison.Ordinal) || request.Body.Contains("one-run-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wait_of_an_hour_that_the_CLI_hides_comes_with_the_outcome()
    {
        await using var bench = await ClaudeBench.StartAsync(
            new ModelStep.Error(429, "rate_limit_error", "Slow down") { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["retry-after"] = "3600" } });

        var report = await bench.RunAsync();

        var limited = Assert.IsType<AttemptOutcome.RateLimited>(report.Failure);
        Assert.InRange(limited.RetryAfter!.Value.TotalSeconds, 3500, 3600);
    }

    [Fact]
    public async Task A_budget_that_only_the_proxy_knows_to_be_used_up_ends_the_attempt()
    {
        await using var bench = await ClaudeBench.StartAsync(ModelStep.Bash("echo one") with { OutputTokens = 20_000 }, new ModelStep.Say("Done."));
        // The CLI takes it for one of today's models; for us it is unknown and costs the most.
        bench.Options = bench.Options with { Model = "claude-xyz-9" };
        bench.Limits = bench.Limits with { Usd = 1 };

        var report = await bench.RunAsync();

        Assert.Equal(1, Assert.IsType<AttemptOutcome.BudgetExhausted>(report.Failure).Usd);
        Assert.Single(bench.Model.Requests);
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
