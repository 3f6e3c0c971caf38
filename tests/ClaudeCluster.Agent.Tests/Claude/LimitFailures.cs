using System.Globalization;
using ClaudeCluster.ScriptedModel;
using static ClaudeCluster.Agent.Tests.NextSteps;

namespace ClaudeCluster.Agent.Tests;

/// <summary>Rows of <c>FailureTable.md</c>: the account's limits and ours.</summary>
public class LimitFailures
{
    [Fact]
    public async Task A_rate_limit_that_passes_is_no_failure()
    {
        await using var bench = await ClaudeBench.StartAsync(RateLimit("1"), new ModelStep.Say("Done."));
        bench.Options = bench.Options with { MaxRetries = 1 };
        var run = await bench.RunOnceAsync();

        Assert.Null(run.Failure);
        Assert.Equal(0, run.Child.ExitCode);
        Assert.Contains(bench.Progress, line => line.Contains("HTTP 429", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rate_limit_that_stays_waits()
    {
        await using var bench = await ClaudeBench.StartAsync(RateLimit("1"));
        bench.Options = bench.Options with { MaxRetries = 1 };
        var run = await bench.RunOnceAsync();

        run.ToldApiError("rate_limit", 429);
        run.Ended<AttemptOutcome.RateLimited>(WaitUntil);
        Assert.Equal(2, bench.Model.Requests.Count);
    }

    [Fact]
    public async Task A_rate_limit_that_is_too_long_for_the_CLI_waits()
    {
        await using var bench = await ClaudeBench.StartAsync(RateLimit("3600"));
        bench.Options = bench.Options with { MaxRetries = 3 };
        var run = await bench.RunOnceAsync();

        run.ToldApiError("rate_limit", 429);
        run.Ended<AttemptOutcome.RateLimited>(WaitUntil);
        Assert.Single(bench.Model.Requests);
    }

    [Fact]
    public async Task The_five_hour_limit_of_a_subscription_waits_until_its_end()
    {
        var resetsAt = InHours(3);
        var run = await RunWithTokenAsync(UsageLimit("five_hour", resetsAt));

        run.ToldApiError("rate_limit", 429);
        Assert.Equal(("five_hour", true), (run.Record.Rejected?.Kind, run.Record.Rejected?.IsRejected));
        Assert.Equal(resetsAt, run.Ended<AttemptOutcome.UsageLimited>(WaitUntil).ResetsAt);
    }

    [Fact]
    public async Task The_weekly_limit_of_a_subscription_waits_until_its_end()
    {
        var resetsAt = InHours(100);
        var run = await RunWithTokenAsync(UsageLimit("seven_day", resetsAt));

        Assert.Equal("seven_day", run.Record.Rejected?.Kind);
        Assert.Equal(resetsAt, run.Ended<AttemptOutcome.UsageLimited>(WaitUntil).ResetsAt);
    }

    [Fact]
    public async Task Usage_credits_that_are_spent_wait_until_they_come_back()
    {
        var resetsAt = InHours(50);
        var run = await RunWithTokenAsync(UsageLimit("overage", resetsAt));

        Assert.Equal("overage", run.Record.Rejected?.Kind);
        Assert.Equal(resetsAt, run.Ended<AttemptOutcome.UsageLimited>(WaitUntil).ResetsAt);
    }

    [Fact]
    public async Task The_headers_of_a_subscription_with_an_API_key_wait_like_a_rate_limit()
    {
        await using var bench = await ClaudeBench.StartAsync(UsageLimit("five_hour", InHours(3)));
        var run = await bench.RunOnceAsync();

        run.ToldApiError("rate_limit", 429);
        Assert.Null(run.Record.Rejected);
        run.Ended<AttemptOutcome.RateLimited>(WaitUntil);
    }

    [Fact]
    public async Task Turns_that_are_used_up_try_again_here()
    {
        await using var bench = await ClaudeBench.StartAsync(ModelStep.Read("{folder}/pages.sh"));
        bench.Limits = bench.Limits with { Turns = 2 };
        var run = await bench.RunOnceAsync();

        Assert.Equal("error_max_turns", run.Record.Result?.Subtype);
        Assert.Equal(2, run.Ended<AttemptOutcome.TurnsExhausted>(TryHere).Turns);
    }

    [Fact]
    public async Task A_budget_that_is_used_up_asks_a_human()
    {
        await using var bench = await ClaudeBench.StartAsync(ModelStep.Read("{folder}/pages.sh") with { InputTokens = 1_000_000 });
        bench.Limits = bench.Limits with { Usd = 0.5m };
        var run = await bench.RunOnceAsync();

        Assert.Equal("error_max_budget_usd", run.Record.Result?.Subtype);
        Assert.Equal(0.5m, run.Ended<AttemptOutcome.BudgetExhausted>(AskHuman).Usd);
        Assert.True(run.Record.UsageSince(0, TimeSpan.Zero).Usd > 0.5m);
    }

    [Fact]
    public async Task A_wall_time_that_is_over_tries_elsewhere()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Hang());
        bench.Limits = bench.Limits with { WallTime = TimeSpan.FromSeconds(2) };
        var run = await bench.RunOnceAsync();

        Assert.Equal(ChildEnd.TimedOut, run.Child.End);
        Assert.Equal(TimeSpan.FromSeconds(2), run.Ended<AttemptOutcome.TimedOut>(TryElsewhere).Limit);
    }

    private static DateTimeOffset InHours(int hours) => DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().AddHours(hours).ToUnixTimeSeconds());

    private static ModelStep.Error RateLimit(string retryAfter) => new(429, "rate_limit_error", "This request would exceed your organization's rate limit.")
    {
        Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["retry-after"] = retryAfter },
    };

    private static ModelStep.Error UsageLimit(string claim, DateTimeOffset resetsAt)
    {
        var reset = resetsAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return new(429, "rate_limit_error", "This request would exceed your account's rate limit.")
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["x-should-retry"] = "false",
                ["anthropic-ratelimit-unified-status"] = "rejected",
                ["anthropic-ratelimit-unified-reset"] = reset,
                ["anthropic-ratelimit-unified-representative-claim"] = claim,
                ["anthropic-ratelimit-unified-5h-status"] = claim == "five_hour" ? "rejected" : "allowed",
                ["anthropic-ratelimit-unified-5h-reset"] = reset,
                ["anthropic-ratelimit-unified-overage-status"] = "rejected",
            },
        };
    }

    private static async Task<ClaudeOneRun> RunWithTokenAsync(ModelStep step)
    {
        await using var bench = await ClaudeBench.StartAsync(step);
        bench.Options = bench.Options with { Credential = new ClaudeCredential.OAuthToken("sk-ant-oat01-planted") };
        return await bench.RunOnceAsync();
    }
}
