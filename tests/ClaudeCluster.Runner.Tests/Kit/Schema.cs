using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ClaudeCluster.Runner.Tests;

/// <summary>
/// Holds a command's <c>--json</c> against its schema in <c>docs/schemas</c>. Knows the part of JSON Schema that those use; a
/// keyword that it does not know is an error, so that none is believed to be checked.
/// </summary>
internal static class Schema
{
    private static readonly string[] Words = ["$schema", "$id", "$defs", "$ref", "title", "description", "type", "required", "properties", "additionalProperties", "items", "enum", "const"];

    public static string Folder { get; } = FindFolder();

    public static void Check(string name, JsonNode? found)
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, $"{name}.json")))!.AsObject();
        var problems = Problems(found, schema, schema, "$").ToList();
        Assert.True(problems.Count == 0, $"{name}.json: {string.Join("\n", problems)}\n{found}");
    }

    public static IEnumerable<string> Problems(JsonNode? found, JsonObject schema, JsonObject root, string path)
    {
        foreach (var word in schema.Select(pair => pair.Key).Where(word => !Words.Contains(word, StringComparer.Ordinal)))
            yield return $"{path}: the schema says '{word}', which nobody checks";
        if (schema["$ref"] is { } reference)
        {
            foreach (var problem in Problems(found, root["$defs"]![reference.GetValue<string>()["#/$defs/".Length..]]!.AsObject(), root, path))
                yield return problem;
            yield break;
        }

        if (schema["type"] is { } type && !Names(type).Any(name => Is(found, name)))
        {
            yield return $"{path}: {Kind(found)} instead of {type.ToJsonString()}";
            yield break;
        }

        if (schema["enum"] is JsonArray values && !values.Any(value => JsonNode.DeepEquals(value, found)))
            yield return $"{path}: {found?.ToJsonString() ?? "null"} is none of {values.ToJsonString()}";
        foreach (var problem in found switch
        {
            JsonObject json => OfObject(json, schema, root, path),
            JsonArray list when schema["items"] is JsonObject items => list.SelectMany((item, index) => Problems(item, items, root, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"))),
            _ => [],
        })
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> OfObject(JsonObject json, JsonObject schema, JsonObject root, string path)
    {
        var properties = schema["properties"] as JsonObject ?? [];
        foreach (var required in schema["required"]?.AsArray().Select(name => name!.GetValue<string>()).Where(name => !json.ContainsKey(name)) ?? [])
            yield return $"{path}.{required}: missing";
        foreach (var (name, value) in json)
        {
            if (properties[name] is JsonObject known)
            {
                foreach (var problem in Problems(value, known, root, $"{path}.{name}"))
                    yield return problem;
            }
            else if (schema["additionalProperties"] is JsonValue allowed && !allowed.GetValue<bool>())
            {
                yield return $"{path}.{name}: not in the schema";
            }
        }
    }

    private static IEnumerable<string> Names(JsonNode type) => type is JsonArray several ? several.Select(name => name!.GetValue<string>()) : [type.GetValue<string>()];

    private static bool Is(JsonNode? found, string name) => Kind(found) == name || (name == "number" && Kind(found) == "integer");

    private static string Kind(JsonNode? found) => found?.GetValueKind() switch
    {
        null or JsonValueKind.Null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => found.AsValue().TryGetValue<long>(out _) ? "integer" : "number",
    };

    private static string FindFolder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ClaudeCluster.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not lie in a clone of the repository.");
        return Path.Combine(folder, "docs", "schemas");
    }
}
