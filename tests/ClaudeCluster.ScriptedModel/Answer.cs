using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.ScriptedModel;

/// <summary>Writes one step in the API's form: a stream of server-sent events, or the whole message where the client asks for no stream.</summary>
internal sealed partial class Answer(HttpContext http, LoggedRequest request, int number)
{
    private readonly bool _streams = (bool?)request.Json?["stream"] == true;

    public Task WriteAsync(ModelStep step) => step switch
    {
        ModelStep.Say say => MessageAsync(step, Text(say.Text), "end_turn"),
        ModelStep.Use use => MessageAsync(step, ToolUse(use), "tool_use"),
        ModelStep.UseInEachTurn each when request.IsAfterTool => MessageAsync(step, Text(each.Words), "end_turn"),
        ModelStep.UseInEachTurn each => MessageAsync(step, ToolUse(each.Call), "tool_use"),
        ModelStep.Refuse refuse => MessageAsync(step, Text(refuse.Text), "refusal"),
        ModelStep.RunOutOfTokens => MessageAsync(step, Text("And so on, and so on"), "max_tokens"),
        ModelStep.Error error => ErrorAsync(error),
        ModelStep.StreamError error => StreamErrorAsync(error),
        ModelStep.Drop => Abort(),
        ModelStep.Cut => CutAsync(step),
        ModelStep.Garbage => GarbageAsync(),
        ModelStep.Empty => Nothing(),
        ModelStep.Mute => UntilTheClientGoesAsync(),
        ModelStep.Hang => HangAsync(step),
        _ => throw new InvalidOperationException($"No answer is known for {step}."),
    };

    private static JsonObject Text(string text) => new() { ["type"] = "text", ["text"] = text };

    private JsonObject ToolUse(ModelStep.Use use)
    {
        var text = use.Input.ToJsonString().Replace("{folder}", WorkingFolder.Of(request.Body), StringComparison.Ordinal)
            .Replace("{turn}", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        if (text.Contains("{issue}", StringComparison.Ordinal))
            text = text.Replace("{issue}", IssueNumber().Match(request.Body).Groups["number"].Value, StringComparison.Ordinal);
        var input = JsonNode.Parse(text)!;
        return new JsonObject { ["type"] = "tool_use", ["id"] = $"toolu_{request.Session}_{number}", ["name"] = use.Tool, ["input"] = input };
    }

    private async Task MessageAsync(ModelStep step, JsonObject block, string stopReason)
    {
        if (!_streams)
        {
            var message = Message(step);
            message["content"] = new JsonArray(block);
            message["stop_reason"] = stopReason;
            await http.Response.WriteAsJsonAsync(message);
            return;
        }

        await BeginAsync(step);
        await BlockAsync(block, whole: true);
        await EventAsync("message_delta", new JsonObject
        {
            ["delta"] = new JsonObject { ["stop_reason"] = stopReason, ["stop_sequence"] = null },
            ["usage"] = new JsonObject { ["output_tokens"] = step.OutputTokens },
        });
        await EventAsync("message_stop", []);
    }

    private JsonObject Message(ModelStep step) => new()
    {
        ["id"] = string.Create(CultureInfo.InvariantCulture, $"msg_{number}"),
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = (string?)request.Json?["model"] ?? "scripted",
        ["content"] = new JsonArray(),
        ["stop_reason"] = null,
        ["stop_sequence"] = null,
        ["usage"] = new JsonObject { ["input_tokens"] = step.InputTokens, ["output_tokens"] = step.OutputTokens },
    };

    private Task BeginAsync(ModelStep step)
    {
        http.Response.ContentType = "text/event-stream";
        return EventAsync("message_start", new JsonObject { ["message"] = Message(step) });
    }

    private async Task BlockAsync(JsonObject block, bool whole)
    {
        var isText = (string?)block["type"] == "text";
        var start = (JsonObject)block.DeepClone();
        start[isText ? "text" : "input"] = isText ? "" : new JsonObject();
        await EventAsync("content_block_start", new JsonObject { ["index"] = 0, ["content_block"] = start });
        await EventAsync("content_block_delta", new JsonObject
        {
            ["index"] = 0,
            ["delta"] = isText
                ? new JsonObject { ["type"] = "text_delta", ["text"] = (string?)block["text"] }
                : new JsonObject { ["type"] = "input_json_delta", ["partial_json"] = block["input"]!.ToJsonString() },
        });
        if (whole)
            await EventAsync("content_block_stop", new JsonObject { ["index"] = 0 });
    }

    private async Task EventAsync(string name, JsonObject data)
    {
        data["type"] = name;
        await http.Response.WriteAsync($"event: {name}\ndata: {data.ToJsonString()}\n\n", http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    private async Task ErrorAsync(ModelStep.Error error)
    {
        http.Response.StatusCode = error.Status;
        foreach (var (name, value) in error.Headers)
            http.Response.Headers[name] = value;
        await http.Response.WriteAsJsonAsync(ErrorBody(error.Type, error.Message));
    }

    private async Task StreamErrorAsync(ModelStep.StreamError error)
    {
        if (_streams)
        {
            http.Response.ContentType = "text/event-stream";
            await EventAsync("error", ErrorBody(error.Type, error.Message));
            return;
        }

        http.Response.StatusCode = 529;
        await http.Response.WriteAsJsonAsync(ErrorBody(error.Type, error.Message));
    }

    private static JsonObject ErrorBody(string type, string message) => new()
    {
        ["type"] = "error",
        ["error"] = new JsonObject { ["type"] = type, ["message"] = message },
        ["request_id"] = "req_scripted",
    };

    private Task Nothing()
    {
        http.Response.ContentType = _streams ? "text/event-stream" : "application/json";
        return Task.CompletedTask;
    }

    private Task Abort()
    {
        http.Abort();
        return Task.CompletedTask;
    }

    private async Task CutAsync(ModelStep step)
    {
        if (_streams)
        {
            await BeginAsync(step);
            await BlockAsync(Text("Half a"), whole: false);
        }

        http.Abort();
    }

    private async Task GarbageAsync()
    {
        http.Response.ContentType = _streams ? "text/event-stream" : "application/json";
        await http.Response.WriteAsync(_streams ? "event: message_start\ndata: {\"type\":<html>\n\n" : "<html>");
    }

    private async Task HangAsync(ModelStep step)
    {
        if (_streams)
            await BeginAsync(step);
        await UntilTheClientGoesAsync();
    }

    private async Task UntilTheClientGoesAsync()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = http.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    [GeneratedRegex(@"that issue (?<number>[0-9]+) of", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex IssueNumber();
}
