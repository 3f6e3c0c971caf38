using System.Text;
using System.Text.Json;

namespace ClaudeCluster.Agent;

/// <summary>
/// Listens to one answer of the Messages API as it passes by, and counts its tokens: in a stream the first event has the input, and the last
/// one the output. What it cannot read it does not count, and it never holds anything up.
/// </summary>
internal sealed class ModelUsageReader(string requestedModel, bool isStream)
{
    private const int MostBytes = 8 * 1024 * 1024;

    private readonly List<byte> _kept = [];

    public string Model { get; private set; } = requestedModel;

    public TokenCount Tokens { get; private set; }

    public void Add(ReadOnlySpan<byte> chunk)
    {
        while (isStream && chunk.IndexOf((byte)'\n') is var end and >= 0)
        {
            Keep(chunk[..end]);
            ReadLine();
            chunk = chunk[(end + 1)..];
        }
        Keep(chunk);
    }

    /// <summary>The answer is over.</summary>
    public void End()
    {
        if (!isStream)
            Read(Encoding.UTF8.GetString([.. _kept]));
        else
            ReadLine();
    }

    private void Keep(ReadOnlySpan<byte> part) => _kept.AddRange(part[..Math.Min(part.Length, MostBytes - _kept.Count)]);

    private void ReadLine()
    {
        const string data = "data:";
        var line = Encoding.UTF8.GetString([.. _kept]);
        _kept.Clear();
        // Nearly all events are pieces of text.
        if (line.StartsWith(data, StringComparison.Ordinal) && line.Contains("\"usage\"", StringComparison.Ordinal))
            Read(line[data.Length..]);
    }

    private void Read(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            var message = root.Child("message") is { ValueKind: JsonValueKind.Object } started ? started : root;
            if (message.Text("model") is { Length: > 0 } model)
                Model = model;
            Count(message.Child("usage"));
        }
        catch (JsonException)
        {
            // Cut or garbage: the client will say so.
        }
    }

    // Each event tells the sums so far, and none says less than the one before.
    private void Count(JsonElement usage) => Tokens = new TokenCount(
        Math.Max(Tokens.Input, (long)usage.Number("input_tokens")),
        Math.Max(Tokens.CacheWrite, (long)usage.Number("cache_creation_input_tokens")),
        Math.Max(Tokens.CacheRead, (long)usage.Number("cache_read_input_tokens")),
        Math.Max(Tokens.Output, (long)usage.Number("output_tokens")));
}
