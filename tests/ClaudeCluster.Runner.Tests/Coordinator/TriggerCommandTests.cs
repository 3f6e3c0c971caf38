using System.Text.Json.Nodes;
using ClaudeCluster.TestKit;

namespace ClaudeCluster.Runner.Tests;

/// <summary><c>claude-cluster trigger</c> as a job calls it, and what <c>status</c> and <c>tasks</c> show of it.</summary>
public sealed class TriggerCommandTests
{
    private const string Operator = "an-operator-token-of-my-own";
    private const string Trigger = "a-token-that-hands-in-events";

    [Fact]
    public async Task A_job_s_event_is_stored_once_even_while_GitHub_cannot_be_reached()
    {
        await using var playground = Playground.Create();
        var url = await StartAsync(playground);
        playground.Write("event.json", Payload.Labelled().ToJsonString());
        playground.Environment["GITHUB_EVENT_PATH"] = playground.At("event.json");
        playground.Environment["GITHUB_EVENT_NAME"] = "issues";

        var first = await playground.CallAsync("trigger", "--coordinator", url, "--json");
        var again = await playground.CallAsync("trigger", "--coordinator", url);
        var other = await playground.CallAsync("trigger", "--coordinator", url, "--event-name", "watch");
        playground.Environment["CLAUDE_CLUSTER_TOKEN"] = Operator;
        var flows = await playground.CallAsync("status", "--coordinator", url, "--json");
        var tasks = await playground.CallAsync("tasks", "--all", "--coordinator", url, "--json");
        var none = await playground.CallAsync("status", "issue-42-7-1", "--coordinator", url);

        Assert.True(first.Code == 0, first.All);
        Schema.Check("trigger", first.Json);
        Assert.True(first.Json["isNew"]!.GetValue<bool>());
        Assert.Contains("Received before: event-", again.Output, StringComparison.Ordinal);
        Assert.True(other.Code == 0, other.All);
        Schema.Check("status-list", flows.Json);
        Schema.Check("tasks", tasks.Json);
        Assert.True(none.Code == (int)ExitCode.BadInput, none.All);
        Assert.Contains("There is no flow 'issue-42-7-1'", none.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_coordinator_that_comes_back_gets_the_event_that_a_job_brought_meanwhile()
    {
        await using var playground = Playground.Create();
        playground.Write("event.json", Payload.Labelled().ToJsonString());
        playground.Environment["CLAUDE_CLUSTER_TRIGGER_TOKEN"] = Trigger;
        var port = FreePorts.Take();

        var job = playground.Start("trigger", "--event", "event.json", "--event-name", "issues", "--coordinator", $"http://127.0.0.1:{port}");
        await job.SaysAsync("Next try in");
        await StartAsync(playground, port);
        var ended = await job.EndAsync();

        Assert.True(ended.Code == 0, ended.All);
        Assert.Contains("Received: event-", ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--event", "none.json", "none.json")]
    [InlineData("--patience", "soon", "'soon'")]
    [InlineData("--coordinator", "ftp://x", "no address of a coordinator")]
    public async Task What_cannot_be_used_is_refused_with_the_reason(string option, string value, string reason)
    {
        await using var playground = Playground.Create();
        playground.Environment["CLAUDE_CLUSTER_TRIGGER_TOKEN"] = Trigger;
        playground.Write("event.json", "{}");
        playground.Environment["GITHUB_EVENT_PATH"] = playground.At("event.json");
        playground.Environment["GITHUB_EVENT_NAME"] = "issues";

        var refused = await playground.CallAsync("trigger", option, value);

        Assert.True(refused.Code == (int)ExitCode.BadInput, refused.All);
        Assert.Contains(reason, refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_the_coordinator_is_told_and_not_tried_again()
    {
        await using var playground = Playground.Create();
        var url = await StartAsync(playground);
        playground.Write("event.json", "{}");
        playground.Environment["CLAUDE_CLUSTER_TRIGGER_TOKEN"] = "guessed";

        var refused = await playground.CallAsync("trigger", "--event", "event.json", "--event-name", "issues", "--coordinator", url);

        Assert.True(refused.Code == (int)ExitCode.BadInput, refused.All);
        Assert.Contains("The credential is not known", refused.Output, StringComparison.Ordinal);
    }

    private static async Task<string> StartAsync(Playground playground, int port = 0)
    {
        playground.Environment["OPERATOR"] = Operator;
        playground.Environment["CLAUDE_CLUSTER_TRIGGER_TOKEN"] = Trigger;
        playground.Environment["GITHUB_TOKEN"] = "a-token-of-github";
        playground.Environment["GITHUB_API_URL"] = $"http://127.0.0.1:{FreePorts.Take()}";
        playground.Environment["WEBHOOK_SECRET"] = "the webhook's own";
        var process = playground.Start("coordinator", "--listen", $"127.0.0.1:{port}", "--store", "hub.db", "--operator-token-from", "OPERATOR", "--json");
        await process.SaysAsync("}");
        var said = JsonNode.Parse(process.SaidSoFar)!;
        Schema.Check("coordinator", said);
        Assert.True(said["runsFlows"]!.GetValue<bool>());
        return said["address"]!.GetValue<string>();
    }
}
