using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ClaudeCluster.ScriptedModel;

/// <summary>The CLI tells the model in its first message or system prompt in which folder it works.</summary>
internal static partial class WorkingFolder
{
    public static string Of(string body)
    {
        foreach (var text in Texts(JsonNode.Parse(body)))
        {
            if (Line().Match(text) is { Success: true } line)
                return line.Groups["path"].Value;
        }

        throw new InvalidOperationException("The request does not say in which folder the CLI works; write the path into the script.");
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject json => json.SelectMany(member => Texts(member.Value)),
        JsonArray array => array.SelectMany(Texts),
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    [GeneratedRegex(@"[Ww]orking directory: (?<path>/[^\n]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();
}
