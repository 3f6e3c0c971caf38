using System.Text.Json.Nodes;

namespace ClaudeCluster.ScriptedModel;

/// <summary>One request as it came.</summary>
public sealed record LoggedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Session => Headers.GetValueOrDefault("x-claude-code-session-id", string.Empty);

    public JsonNode? Json => Body.Length > 0 ? JsonNode.Parse(Body) : null;

    /// <summary>What the tools answered, newest request's last message.</summary>
    public IReadOnlyList<string> ToolResults =>
    [
        .. (Json?["messages"] as JsonArray ?? [])
            .SelectMany(message => message?["content"] as JsonArray ?? [])
            .Where(block => (string?)block?["type"] == "tool_result")
            .Select(block => block!["content"] is JsonArray parts ? string.Concat(parts.Select(part => (string?)part?["text"])) : (string?)block["content"] ?? string.Empty),
    ];
}
