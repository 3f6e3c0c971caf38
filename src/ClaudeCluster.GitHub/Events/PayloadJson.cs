using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace ClaudeCluster.GitHub;

/// <summary>From raw bytes to a JSON object, or to the reason why there is none. Nothing here knows what an event is.</summary>
internal static class PayloadJson
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    /// <exception cref="BadInputException">Too large, empty, not UTF-8, not JSON, or not an object.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body, string place, int maxSize)
    {
        if (body.Length > maxSize)
            throw new BadInputException(place, $"It has {body.Length} bytes; GitHub never sends more than {maxSize}.", "Give the event as GitHub sent it.");
        var json = WithoutMark(body, place);
        if (json.Span.IndexOfAnyExcept(" \t\r\n\0"u8) < 0)
            throw new BadInputException(place, "It is empty.", "Give the event's JSON: a webhook's body, or the file that GITHUB_EVENT_PATH names.");
        if (!Utf8.IsValid(json.Span))
            throw new BadInputException(place, "It is not UTF-8.", "Save the file as UTF-8.");
        try
        {
            return AsObject(JsonDocument.Parse(json, Strict), place);
        }
        catch (JsonException bad)
        {
            var where = $"{place}:{bad.LineNumber + 1}:{bad.BytePositionInLine + 1}";
            throw new BadInputException(where, $"It is not JSON that can be used: {FirstSentence(bad.Message)}", "Give the event as GitHub sent it.");
        }
    }

    private static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> body, string place)
    {
        if (body.Span.StartsWith(Encoding.Unicode.Preamble) || body.Span.StartsWith(Encoding.BigEndianUnicode.Preamble))
            throw new BadInputException(place, "It is UTF-16.", "Save the file as UTF-8.");
        return body.Span.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;
    }

    private static JsonDocument AsObject(JsonDocument document, string place)
    {
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        var found = JsonPayload.NameOf(document.RootElement.ValueKind);
        document.Dispose();
        throw new BadInputException(place, $"It is {found}, but an event is an object.", "Give the event as GitHub sent it.");
    }

    private static string FirstSentence(string message) =>
        message.IndexOf(" LineNumber:", StringComparison.Ordinal) is >= 0 and var end ? message[..end] : message;
}
