using System.Text.Json.Nodes;

namespace ClaudeCluster.Agent;

/// <summary>PURE. What the CLI is told on its standard input, one line of JSON each (<c>--input-format stream-json</c>).</summary>
internal static class ClaudeInput
{
    /// <summary>Stop what you do, tell what came of it, and end: a running command dies, and the result has session, usage and cost.</summary>
    public static string Interrupt { get; } = Line(new JsonObject
    {
        ["type"] = "control_request",
        ["request_id"] = "end",
        ["request"] = new JsonObject { ["subtype"] = "interrupt" },
    });

    public static string Prompt(string text) => Line(new JsonObject
    {
        ["type"] = "user",
        ["message"] = new JsonObject { ["role"] = "user", ["content"] = text },
    });

    private static string Line(JsonObject message) => message.ToJsonString() + "\n";
}
