using System.Text.Json;

namespace ClaudeCluster.Agent;

/// <summary>Reads JSON of another program's next version: what is missing or of another type is empty, not an error.</summary>
internal static class TolerantJson
{
    public static JsonElement Child(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var child) ? child : default;

    public static string Text(this JsonElement json, string name) => json.Child(name).AsText();

    public static string AsText(this JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.String ? json.GetString()! : string.Empty;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return string.Empty;
        }
    }

    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.Child(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>Zero if there is none, or none that makes sense.</summary>
    public static double Number(this JsonElement json, string name) =>
        json.Child(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var value) && Math.Abs(value) < 1e15 ? value : 0;

    public static int? Status(this JsonElement json, string name) =>
        json.Child(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var status) ? status : null;
}
