using System.Text.Json;
using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>A word with a meaning of its own (a specialty, an agent's id) that is written to JSON as a plain string.</summary>
public interface IStringValue<TSelf>
    where TSelf : IStringValue<TSelf>
{
    string Value { get; }

    static abstract TSelf From(string value);
}

internal sealed class StringValueJson<T> : JsonConverter<T>
    where T : IStringValue<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => T.From(reader.GetString() ?? string.Empty);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
}
