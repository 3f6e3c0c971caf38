using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>An older coordinator must survive a newer agent, so an unknown word becomes <see cref="AttemptOutcome.Failed"/>, not an error.</summary>
internal sealed class AttemptOutcomeJson : JsonConverter<AttemptOutcome>
{
    private const string Discriminator = "outcome";

    private static readonly JsonSerializerOptions Details = new(JsonSerializerDefaults.Web);

    private static readonly Dictionary<string, Type> Types = typeof(AttemptOutcome).GetNestedTypes()
        .Where(type => type.IsSubclassOf(typeof(AttemptOutcome)))
        .ToDictionary(Word, StringComparer.Ordinal);

    /// <summary>The outcome's word in JSON and in tables for people: <c>usageLimited</c>.</summary>
    public static string Word(Type type) => JsonNamingPolicy.CamelCase.ConvertName(type.Name);

    public override AttemptOutcome Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var json = JsonNode.Parse(ref reader) as JsonObject ?? throw new JsonException("An outcome is an object.");
        var word = (string?)json[Discriminator] ?? string.Empty;
        if (!Types.TryGetValue(word, out var type))
            return new AttemptOutcome.Failed($"This version does not know the outcome '{word}': {json.ToJsonString()}");
        return (AttemptOutcome)json.Deserialize(type, Details)!;
    }

    public override void Write(Utf8JsonWriter writer, AttemptOutcome value, JsonSerializerOptions options)
    {
        var details = JsonSerializer.SerializeToNode(value, value.GetType(), Details)!.AsObject();
        var json = new JsonObject { [Discriminator] = Word(value.GetType()) };
        foreach (var (name, detail) in details.ToArray())
            json[name] = detail?.DeepClone();
        json.WriteTo(writer);
    }
}
