using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ClaudeCluster.ScriptedModel;

/// <summary>What the model answers to one request of a session. A script is a list of them; its last step is repeated for ever.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "step")]
[JsonDerivedType(typeof(Say), "say")]
[JsonDerivedType(typeof(Use), "use")]
[JsonDerivedType(typeof(UseInEachTurn), "useInEachTurn")]
[JsonDerivedType(typeof(Refuse), "refuse")]
[JsonDerivedType(typeof(RunOutOfTokens), "runOutOfTokens")]
[JsonDerivedType(typeof(Error), "error")]
[JsonDerivedType(typeof(StreamError), "streamError")]
[JsonDerivedType(typeof(Drop), "drop")]
[JsonDerivedType(typeof(Cut), "cut")]
[JsonDerivedType(typeof(Garbage), "garbage")]
[JsonDerivedType(typeof(Empty), "empty")]
[JsonDerivedType(typeof(Mute), "mute")]
[JsonDerivedType(typeof(Hang), "hang")]
public abstract record ModelStep
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private ModelStep()
    {
    }

    /// <summary>How many requests it answers.</summary>
    public int Times { get; init; } = 1;

    public int InputTokens { get; init; } = 1000;

    public int OutputTokens { get; init; } = 100;

    public static IReadOnlyList<ModelStep> ReadScript(string json) => JsonSerializer.Deserialize<List<ModelStep>>(json, Web) ?? [];

    /// <summary>Closing words: the turn ends.</summary>
    public sealed record Say(string Text) : ModelStep;

    /// <summary>A tool is called. <c>{folder}</c> in the input stands for the CLI's current folder, and <c>{issue}</c> for the number; the request names both.</summary>
    public sealed record Use(string Tool, JsonObject Input) : ModelStep;

    /// <summary>
    /// As the last step of a script: a tool is called once for each turn, and closing words follow its answer, wherever a session is taken up
    /// again. <c>{turn}</c> in the input is another number each time.
    /// </summary>
    public sealed record UseInEachTurn(Use Call, string Words) : ModelStep;

    public sealed record Refuse(string Text) : ModelStep;

    /// <summary>Stops in the middle with <c>max_tokens</c>.</summary>
    public sealed record RunOutOfTokens : ModelStep;

    /// <param name="Type">The API's word, such as <c>rate_limit_error</c>.</param>
    public sealed record Error(int Status, string Type, string Message) : ModelStep
    {
        public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
    }

    /// <summary>HTTP 200, then an error event in the stream.</summary>
    public sealed record StreamError(string Type, string Message) : ModelStep;

    /// <summary>The connection breaks without an answer.</summary>
    public sealed record Drop : ModelStep;

    /// <summary>The stream breaks in the middle of a block.</summary>
    public sealed record Cut : ModelStep;

    /// <summary>HTTP 200 and something that is no JSON.</summary>
    public sealed record Garbage : ModelStep;

    /// <summary>HTTP 200 and nothing.</summary>
    public sealed record Empty : ModelStep;

    /// <summary>Not even a status, until the client goes.</summary>
    public sealed record Mute : ModelStep;

    /// <summary>HTTP 200, the beginning of a message, and then nothing until the client goes.</summary>
    public sealed record Hang : ModelStep;

    public static Use Bash(string command) => new("Bash", new JsonObject { ["command"] = command, ["description"] = "A scripted step" });

    public static Use Read(string path) => new("Read", new JsonObject { ["file_path"] = path });

    public static Use Write(string path, string content) => new("Write", new JsonObject { ["file_path"] = path, ["content"] = content });

    public static Use Edit(string path, string before, string after) =>
        new("Edit", new JsonObject { ["file_path"] = path, ["old_string"] = before, ["new_string"] = after });
}
