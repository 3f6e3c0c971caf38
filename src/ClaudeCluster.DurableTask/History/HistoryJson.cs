using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ClaudeCluster.DurableTask.History;

/// <summary>How history is written: a JSON array of events, camelCase, readable text. What was written once is read for ever.</summary>
public static class HistoryJson
{
    // The generator's options cannot name an encoder; this one keeps text of every language readable.
    private static readonly HistoryJsonContext Json = new(new JsonSerializerOptions(HistoryJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static string Write(IReadOnlyList<HistoryEvent> events) => JsonSerializer.Serialize(events, Json.IReadOnlyListHistoryEvent);

    /// <exception cref="JsonException">The text is not a history, or holds an event of a newer version.</exception>
    public static IReadOnlyList<HistoryEvent> Read(string json) =>
        Read(Encoding.UTF8.GetBytes(json));

    internal static byte[] WriteUtf8(IReadOnlyList<HistoryEvent> events) => JsonSerializer.SerializeToUtf8Bytes(events, Json.IReadOnlyListHistoryEvent);

    internal static IReadOnlyList<HistoryEvent> Read(ReadOnlySpan<byte> utf8) => Read(utf8, Json.IReadOnlyListHistoryEvent);

    internal static string WriteEvent(HistoryEvent happened) => JsonSerializer.Serialize(happened, Json.HistoryEvent);

    internal static byte[] WriteEventUtf8(HistoryEvent happened) => JsonSerializer.SerializeToUtf8Bytes(happened, Json.HistoryEvent);

    internal static HistoryEvent ReadEvent(string json) => ReadEvent(Encoding.UTF8.GetBytes(json));

    internal static HistoryEvent ReadEvent(ReadOnlySpan<byte> utf8) => Read(utf8, Json.HistoryEvent);

    internal static string? WriteFailure(TaskFailureDetails? failure) =>
        failure is null ? null : JsonSerializer.Serialize(failure, Json.TaskFailureDetails);

    internal static TaskFailureDetails? ReadFailure(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, Json.TaskFailureDetails);

    internal static string? WriteTags(IReadOnlyDictionary<string, string> tags) =>
        tags.Count == 0 ? null : JsonSerializer.Serialize(tags, Json.IReadOnlyDictionaryStringString);

    internal static IReadOnlyDictionary<string, string> ReadTags(string? json) =>
        (json is null ? null : JsonSerializer.Deserialize(json, Json.IReadOnlyDictionaryStringString))
        ?? InstanceState.NoTags;

    private static T Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, type) ?? throw new JsonException("It must not be null.");
        }
        catch (NotSupportedException e)
        {
            throw new JsonException("An event does not say of which type it is.", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true)]
[JsonSerializable(typeof(IReadOnlyList<HistoryEvent>))]
[JsonSerializable(typeof(HistoryEvent))]
[JsonSerializable(typeof(TaskFailureDetails))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class HistoryJsonContext : JsonSerializerContext;
