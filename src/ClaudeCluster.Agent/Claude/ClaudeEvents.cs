using System.Text.Json;

namespace ClaudeCluster.Agent;

/// <summary>
/// PURE. One line of <c>--output-format stream-json</c> → what it says. Tolerant: an unknown type or field, a cut line or a line
/// of several megabytes yields nothing or what can be read of it, never an exception.
/// </summary>
internal static class ClaudeEvents
{
    public static IReadOnlyList<ClaudeEvent> Read(string line)
    {
        if (!line.StartsWith('{'))
            return [];
        try
        {
            using var json = JsonDocument.Parse(line);
            return [.. ReadEvent(json.RootElement)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static IEnumerable<ClaudeEvent> ReadEvent(JsonElement json) => json.Text("type") switch
    {
        "system" => ReadSystem(json),
        "assistant" => ReadAssistant(json),
        "rate_limit_event" => [ReadUsageLimit(json.Child("rate_limit_info"))],
        "result" => [ReadResult(json)],
        _ => [],
    };

    private static ClaudeEvent[] ReadSystem(JsonElement json) => json.Text("subtype") switch
    {
        "init" =>
        [
            new ClaudeEvent.Started(
                json.Text("session_id"), json.Text("claude_code_version"), json.Text("model"), json.Text("permissionMode"),
                [.. json.Items("tools").Select(tool => tool.AsText())], [.. json.Items("mcp_servers").Select(server => server.Text("name"))]),
        ],
        "api_retry" =>
        [
            new ClaudeEvent.Retrying(
                (int)json.Number("attempt"), (int)json.Number("max_retries"), TimeSpan.FromMilliseconds(Math.Clamp(json.Number("retry_delay_ms"), 0, 1e9)),
                json.Status("error_status")),
        ],
        _ => [],
    };

    private static IEnumerable<ClaudeEvent> ReadAssistant(JsonElement json)
    {
        var message = json.Child("message");
        if (json.Child("is_api_error_message").ValueKind == JsonValueKind.True || message.Text("model") == "<synthetic>")
        {
            var text = string.Join('\n', message.Items("content").Select(block => block.Text("text")));
            return [new ClaudeEvent.ApiFailed(json.Text("error"), json.Status("api_error_status"), text)];
        }

        var tools = message.Items("content")
            .Where(block => block.Text("type") == "tool_use")
            .Select(block => new ClaudeEvent.ToolUsed(block.Text("name"), TargetOf(block.Child("input"))));
        return message.Text("id") is { Length: > 0 } id && message.Child("usage") is { ValueKind: JsonValueKind.Object } usage
            ? [new ClaudeEvent.Answered(id, InputTokens(usage), (long)usage.Number("output_tokens")), .. tools]
            : tools;
    }

    private static long InputTokens(JsonElement usage) =>
        (long)(usage.Number("input_tokens") + usage.Number("cache_creation_input_tokens") + usage.Number("cache_read_input_tokens"));

    private static string TargetOf(JsonElement input) => input.Text("file_path") is { Length: > 0 } path ? path : input.Text("command");

    private static ClaudeEvent.UsageLimit ReadUsageLimit(JsonElement info) => new(
        info.Text("status") == "rejected",
        info.Text("rateLimitType"),
        info.Number("resetsAt") is > 0 and < 1e11 and var seconds ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null);

    private static ClaudeEvent.Result ReadResult(JsonElement json)
    {
        var usage = json.Child("usage");
        var errors = json.Items("errors").Select(error => error.ValueKind == JsonValueKind.String ? error.AsText() : error.GetRawText());
        return new ClaudeEvent.Result
        {
            Subtype = json.Text("subtype"),
            // A missing flag is no good sign.
            IsError = json.Child("is_error").ValueKind != JsonValueKind.False,
            TerminalReason = json.Text("terminal_reason"),
            StopReason = json.Text("stop_reason"),
            ApiErrorStatus = json.Status("api_error_status"),
            Text = json.Text("result") is { Length: > 0 } text ? text : string.Join('\n', errors),
            DeniedTools = [.. json.Items("permission_denials").Select(denial => denial.Text("tool_name"))],
            Session = json.Text("session_id") is { Length: > 0 } session ? session : null,
            Turns = (int)json.Number("num_turns"),
            InputTokens = InputTokens(usage),
            OutputTokens = (long)usage.Number("output_tokens"),
            SessionUsd = Math.Round((decimal)Math.Clamp(json.Number("total_cost_usd"), 0, 1e9), 6),
        };
    }
}
