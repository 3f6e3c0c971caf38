using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClaudeCluster.Agent;

/// <summary>PURE. Takes secrets out of the texts of a JSON value and leaves its shape as it is.</summary>
internal static class RedactedJson
{
    public static string Apply(string json, Func<string, string> redact)
    {
        try
        {
            return Clean(JsonNode.Parse(json), redact)?.ToJsonString() ?? json;
        }
        catch (JsonException)
        {
            return redact(json);
        }
    }

    private static JsonNode? Clean(JsonNode? node, Func<string, string> redact)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (key, value) in map.ToList())
                {
                    if (Clean(value, redact) is var clean && !ReferenceEquals(clean, value))
                        map[key] = clean;
                }

                return map;
            case JsonArray list:
                for (var index = 0; index < list.Count; index++)
                {
                    if (Clean(list[index], redact) is var clean && !ReferenceEquals(clean, list[index]))
                        list[index] = clean;
                }

                return list;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is var text && redact(text) is var cleanText:
                return ReferenceEquals(text, cleanText) || text == cleanText ? value : JsonValue.Create(cleanText);
            default:
                return node;
        }
    }
}
