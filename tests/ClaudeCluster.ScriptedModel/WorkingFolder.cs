using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ClaudeCluster.ScriptedModel;

/// <summary>
/// The CLI tells the model in its first message or system prompt in which folder it works, and in a later message that a session that goes on
/// is now in another: "Primary working directory: /new (was /old)".
/// </summary>
internal static partial class WorkingFolder
{
    public static string Of(string body)
    {
        var lines = Texts(JsonNode.Parse(body)).SelectMany(text => Line().Matches(text)).ToList();
        var line = lines.LastOrDefault(line => line.Groups["old"].Success) ?? lines.FirstOrDefault()
            ?? throw new InvalidOperationException("The request does not say in which folder the CLI works; write the path into the script.");
        return line.Groups["path"].Value;
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject json => json.SelectMany(member => Texts(member.Value)),
        JsonArray array => array.SelectMany(Texts),
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    [GeneratedRegex(@"[Ww]orking directory: (?<path>/[^\n]+?)( \(was (?<old>[^\n]+)\))?$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();
}
