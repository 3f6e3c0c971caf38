namespace ClaudeCluster.Agent.Tests;

public class ClaudeEventsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"te")]
    [InlineData("{}")]
    [InlineData("{\"type\":7}")]
    [InlineData("{\"type\":\"from_the_future\",\"x\":[]}")]
    [InlineData("{\"type\":\"system\",\"subtype\":\"ui_invalidate\"}")]
    [InlineData("{\"type\":\"assistant\",\"message\":\"a string now\"}")]
    [InlineData("{\"type\":\"assistant\",\"message\":{\"content\":\"a string now\"}}")]
    [InlineData("{\"type\":\"user\",\"message\":{\"content\":[{\"type\":\"tool_result\"}]}}")]
    public void What_is_unknown_or_broken_says_nothing(string line) => Assert.Empty(ClaudeEvents.Read(line));

    [Theory]
    [InlineData("{\"type\":\"result\"}")]
    [InlineData("{\"type\":\"result\",\"subtype\":[],\"num_turns\":\"many\",\"total_cost_usd\":1e300,\"usage\":7,\"permission_denials\":{},\"result\":\"\\ud800\"}")]
    public void A_result_of_which_nothing_can_be_read_is_no_success(string line)
    {
        var result = Assert.IsType<ClaudeEvent.Result>(Assert.Single(ClaudeEvents.Read(line)));

        Assert.True(result.IsError);
        Assert.Equal(0, result.Turns);
    }

    [Fact]
    public void A_line_of_three_megabytes_is_read()
    {
        var line = $$$"""{"type":"assistant","message":{"content":[{"type":"tool_use","name":"Write","input":{"file_path":"/a","content":"{{{new string('x', 3_000_000)}}}"}}]}}""";

        Assert.Equal([new ClaudeEvent.ToolUsed("Write", "/a")], ClaudeEvents.Read(line));
    }

    [Fact]
    public void Init_tells_what_the_run_was_given()
    {
        var started = Assert.IsType<ClaudeEvent.Started>(Assert.Single(ClaudeEvents.Read(
            """{"type":"system","subtype":"init","session_id":"s","tools":["Bash","Edit"],"mcp_servers":[{"name":"m","status":"failed"}],"model":"claude-sonnet-5-5","permissionMode":"plan","claude_code_version":"2.1.330"}""")));

        Assert.Equal(("s", "2.1.330", "claude-sonnet-5-5", "plan"), (started.Session, started.Version, started.Model, started.PermissionMode));
        Assert.Equal(["Bash", "Edit"], started.Tools);
        Assert.Equal(["m"], started.McpServers);
    }

    [Fact]
    public void A_usage_limit_tells_when_it_ends() =>
        Assert.Equal(
            [new ClaudeEvent.UsageLimit(true, "five_hour", DateTimeOffset.FromUnixTimeSeconds(1795507200))],
            ClaudeEvents.Read("""{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1795507200,"rateLimitType":"five_hour"}}"""));

    [Fact]
    public void A_retry_of_the_CLI_is_told() =>
        Assert.Equal(
            [new ClaudeEvent.Retrying(1, 3, TimeSpan.FromMilliseconds(500), 529)],
            ClaudeEvents.Read("""{"type":"system","subtype":"api_retry","attempt":1,"max_retries":3,"retry_delay_ms":500.4,"error_status":529,"error":"server_error"}""")
                .Select(happened => happened is ClaudeEvent.Retrying retrying ? retrying with { Delay = TimeSpan.FromMilliseconds(Math.Floor(retrying.Delay.TotalMilliseconds)) } : happened));

    [Fact]
    public void The_last_of_several_results_counts_and_tokens_are_added()
    {
        var record = new ClaudeRecord();
        foreach (var line in (string[])
        [
            """{"type":"result","subtype":"success","is_error":false,"num_turns":2,"total_cost_usd":0.25,"usage":{"input_tokens":10,"cache_read_input_tokens":5,"output_tokens":1}}""",
            """{"type":"result","subtype":"error_max_turns","is_error":true,"num_turns":3,"total_cost_usd":0.75,"usage":{"input_tokens":20,"output_tokens":2},"errors":["Reached max turns"]}""",
        ])
        {
            foreach (var happened in ClaudeEvents.Read(line))
                record.Add(happened);
        }

        Assert.Equal("error_max_turns", record.Result!.Subtype);
        Assert.Equal("Reached max turns", record.Result.Text);
        Assert.Equal(
            new Usage { Turns = 5, InputTokens = 35, OutputTokens = 3, Usd = 0.5m, Duration = TimeSpan.FromSeconds(9) },
            record.UsageSince(0.25m, TimeSpan.FromSeconds(9)));
    }
}
