using System.Text.Json.Nodes;

namespace ClaudeCluster.ScriptedModel;

/// <summary>One request as it came.</summary>
public sealed record LoggedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Session => Headers.GetValueOrDefault("x-claude-code-session-id", string.Empty);

    public JsonNode? Json => Body.Length > 0 ? JsonNode.Parse(Body) : null;

    /// <summary>A tool has answered, and no person has spoken since. What the CLI adds by itself is no person's word.</summary>
    public bool IsAfterTool => SinceTheModelSpoke.Any(IsToolResult) && SinceTheModelSpoke.All(block => IsToolResult(block) || IsOfTheCli(block));

    private IEnumerable<JsonNode?> SinceTheModelSpoke =>
        (Json?["messages"] as JsonArray ?? []).Reverse()
            .TakeWhile(message => (string?)message?["role"] != "assistant")
            .Where(message => (string?)message?["role"] == "user")
            .SelectMany(message => message?["content"] as JsonArray ?? [new JsonObject { ["text"] = (string?)message?["content"] }]);

    /// <summary>What the tools answered, newest request's last message.</summary>
    public IReadOnlyList<string> ToolResults =>
    [
        .. (Json?["messages"] as JsonArray ?? [])
            .SelectMany(message => message?["content"] as JsonArray ?? [])
            .Where(IsToolResult)
            .Select(block => block!["content"] is JsonArray parts ? string.Concat(parts.Select(part => (string?)part?["text"])) : (string?)block["content"] ?? string.Empty),
    ];

    private static bool IsToolResult(JsonNode? block) => (string?)block?["type"] == "tool_result";

    private static bool IsOfTheCli(JsonNode? block) => ((string?)block?["text"])?.TrimStart().StartsWith("<system-reminder>", StringComparison.Ordinal) == true;
}
