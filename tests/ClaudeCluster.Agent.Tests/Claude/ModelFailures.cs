using ClaudeCluster.ScriptedModel;
using static ClaudeCluster.Agent.Tests.NextSteps;

namespace ClaudeCluster.Agent.Tests;

/// <summary>Rows of <c>FailureTable.md</c>: the model and the way to it.</summary>
public class ModelFailures
{
    [Theory]
    [InlineData(500, "api_error")]
    [InlineData(502, "api_error")]
    [InlineData(504, "timeout_error")]
    [InlineData(529, "overloaded_error")]
    public async Task A_server_error_waits(int status, string type)
    {
        var run = await RunAsync(new ModelStep.Error(status, type, "Overloaded"));

        run.ToldApiError("server_error", status);
        run.Ended<AttemptOutcome.ModelUnavailable>(WaitUntil);
    }

    [Fact]
    public async Task A_server_error_that_passes_is_no_failure()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Error(529, "overloaded_error", "Overloaded"), new ModelStep.Say("Done."));
        bench.Options = bench.Options with { MaxRetries = 1 };
        var run = await bench.RunOnceAsync();

        Assert.Null(run.Failure);
    }

    [Fact]
    public async Task An_overload_inside_the_stream_waits()
    {
        var run = await RunAsync(new ModelStep.StreamError("overloaded_error", "Overloaded"));

        run.ToldApiError("server_error", 529);
        run.Ended<AttemptOutcome.ModelUnavailable>(WaitUntil);
    }

    [Fact]
    public async Task A_refused_connection_waits()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Say("Never said."));
        // Port 1 (tcpmux): nobody listens there.
        bench.Options = bench.Options with { BaseUrl = new Uri("http://127.0.0.1:1") };
        var run = await bench.RunOnceAsync();

        run.ToldApiError("server_error", null);
        Assert.Contains("Connection refused", run.Ended<AttemptOutcome.ModelUnavailable>(WaitUntil).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_waits()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Say("Never said."));
        bench.Options = bench.Options with { BaseUrl = new Uri("http://model.invalid") };
        var run = await bench.RunOnceAsync();

        run.ToldApiError("server_error", null);
        run.Ended<AttemptOutcome.ModelUnavailable>(WaitUntil);
    }

    [Fact]
    public async Task A_dropped_connection_waits()
    {
        var run = await RunAsync(new ModelStep.Drop());

        run.ToldApiError("server_error", null);
        run.Ended<AttemptOutcome.ModelUnavailable>(WaitUntil);
    }

    [Fact]
    public async Task A_stream_that_is_no_JSON_tries_elsewhere()
    {
        var run = await RunAsync(new ModelStep.Garbage());

        run.ToldApiError("unknown", null);
        run.Ended<AttemptOutcome.Failed>(TryElsewhere);
    }

    [Fact]
    public async Task A_stream_that_is_cut_waits()
    {
        var run = await RunAsync(new ModelStep.Cut());

        run.ToldApiError("server_error", null);
        run.Ended<AttemptOutcome.ModelUnavailable>(WaitUntil);
    }

    [Fact]
    public async Task A_stream_that_hangs_is_stopped_by_our_own_watchdog_and_tries_elsewhere()
    {
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Hang());
        bench.Limits = bench.Limits with { Silence = TimeSpan.FromSeconds(2) };
        var run = await bench.RunOnceAsync();

        Assert.Equal(ChildEnd.Silent, run.Child.End);
        Assert.Equal("aborted_streaming", run.Record.Result?.TerminalReason);
        Assert.Equal(TimeSpan.FromSeconds(2), run.Ended<AttemptOutcome.Stalled>(TryElsewhere).Silence);
    }

    [Fact]
    public async Task A_stream_that_hangs_for_the_CLIs_own_300_seconds_waits()
    {
        // The CLI then asks once more without a stream, until its limit for one answer is over; here it is over at once.
        await using var bench = await ClaudeBench.StartAsync(new ModelStep.Mute());
        var run = await bench.RunOnceAsync(line => line with { Environment = new Dictionary<string, string>(line.Environment, StringComparer.Ordinal) { ["API_TIMEOUT_MS"] = "3000" } });

        run.ToldApiError("server_error", null);
        Assert.Contains("timed out", run.Ended<AttemptOutcome.ModelUnavailable>(WaitUntil).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_empty_tries_elsewhere()
    {
        var run = await RunAsync(new ModelStep.Empty());

        run.ToldApiError("unknown", null);
        run.Ended<AttemptOutcome.Failed>(TryElsewhere);
    }

    [Fact]
    public async Task A_conversation_that_became_too_long_is_shortened_by_the_CLI_and_goes_on()
    {
        await using var bench = await ClaudeBench.StartAsync(
            ModelStep.Read("{folder}/pages.sh"), new ModelStep.Error(400, "invalid_request_error", "prompt is too long: 1200000 tokens > 1000000 maximum"),
            new ModelStep.Say("A summary of what was said."), new ModelStep.Say("Done."));
        var run = await bench.RunOnceAsync();

        Assert.Null(run.Failure);
        Assert.Equal("Done.", run.Record.Result?.Text);
        Assert.True(Messages(bench.Model.Requests[^1]) < Messages(bench.Model.Requests[1]), "The conversation is as long as before.");

        static int Messages(LoggedRequest request) => request.Json!["messages"]!.AsArray().Count;
    }

    [Fact]
    public async Task A_model_that_is_unknown_asks_a_human()
    {
        var run = await RunAsync(new ModelStep.Error(404, "not_found_error", "model: claude-nope"));

        run.ToldApiError("model_not_found", 404);
        Assert.Contains("claude.model", run.Ended<AttemptOutcome.HostNotReady>(AskHuman).Fix, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_the_API_finds_wrong_tries_elsewhere()
    {
        var run = await RunAsync(new ModelStep.Error(400, "invalid_request_error", "messages.0: something is wrong"));

        run.ToldApiError("unknown", 400);
        run.Ended<AttemptOutcome.Failed>(TryElsewhere);
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_asks_a_human()
    {
        var run = await RunAsync(new ModelStep.Error(400, "invalid_request_error", "prompt is too long: 1200000 tokens > 1000000 maximum"));

        Assert.Equal("prompt_too_long", run.Record.Result?.TerminalReason);
        run.Ended<AttemptOutcome.TooLarge>(AskHuman);
    }

    [Fact]
    public async Task A_request_that_is_too_large_asks_a_human()
    {
        var run = await RunAsync(new ModelStep.Error(413, "request_too_large", "Request exceeds the maximum size"));

        Assert.True(run.Record.Result?.IsError);
        run.Ended<AttemptOutcome.TooLarge>(AskHuman);
    }

    [Fact]
    public async Task An_answer_that_never_ends_tries_elsewhere()
    {
        var run = await RunAsync(new ModelStep.RunOutOfTokens());

        run.ToldApiError("max_output_tokens", null);
        run.Ended<AttemptOutcome.Failed>(TryElsewhere);
    }

    [Fact]
    public async Task A_refusal_asks_a_human()
    {
        var run = await RunAsync(new ModelStep.Refuse("No."));

        Assert.Equal(("refusal", true), (run.Record.Result?.StopReason, run.Record.Result?.IsError));
        run.Ended<AttemptOutcome.Refused>(AskHuman);
    }

    private static async Task<ClaudeOneRun> RunAsync(ModelStep step)
    {
        await using var bench = await ClaudeBench.StartAsync(step);
        return await bench.RunOnceAsync();
    }
}
