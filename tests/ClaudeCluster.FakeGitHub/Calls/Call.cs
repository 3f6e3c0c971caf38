using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Answers;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.FakeGitHub.Webhooks;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.FakeGitHub.Calls;

/// <summary>One call that may be made: it knows who calls and what the address says.</summary>
internal sealed record Call(World World, Shapes Shapes, Token Token, IReadOnlyDictionary<string, string> Route, IQueryCollection Query, JsonNode? Body)
{
    /// <summary>Set by the router, where the address names one that the token sees.</summary>
    public Repository Repository { get; init; } = null!;

    /// <summary>As the caller named it; empty: it did not.</summary>
    public string ApiVersion { get; init; } = "";

    /// <summary>What happened is told to the webhook when the answer has been given; the caller is who did it.</summary>
    public void Tell(Repository repository, string eventName, string action, params (string Field, JsonNode Value)[] parts)
    {
        var payload = new JsonObject { ["action"] = action, ["repository"] = Shapes.Repository(repository), ["sender"] = Shapes.User(Token.User) };
        foreach (var (field, value) in parts)
            payload[field] = value;
        World.Happened.Enqueue((eventName, payload));
    }

    /// <summary>A branch may have moved.</summary>
    /// <param name="before">Where it stood.</param>
    public void TellPush(Repository repository, string branch, string? before)
    {
        var after = repository.Git.Find($"refs/heads/{branch}");
        foreach (var happened in after == before ? [] : new Payloads(World, Shapes).Push(repository, branch, before, after, Token.User))
            World.Happened.Enqueue(happened);
    }

    /// <summary>Of GraphQL: what of the answer is null for a reason.</summary>
    public List<JsonObject> Problems { get; } = [];

    public string Text(string field) => Body?[field]?.GetValue<string>() ?? "";

    public string? OptionalText(string field) => Body?[field]?.GetValue<string>();

    public int Number(string name) => int.TryParse(Route[name], out var number) ? number : 0;
}

/// <summary>What is said to it.</summary>
internal sealed record Answer(int Status, JsonNode? Body = null)
{
    /// <summary>A list is cut into pages by the server, with <c>Link</c>.</summary>
    public IReadOnlyList<JsonNode>? List { get; init; }

    /// <summary>Its pages are objects that have the items under this name, and how many there are; null: they are arrays.</summary>
    public string? ListName { get; init; }

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public static Answer NotFound => new(404, Shapes.Error(404, "Not Found"));

    public static Answer Invalid(string resource, string field, string code, string? message = null)
    {
        var problem = new JsonObject { ["resource"] = resource, ["code"] = code };
        if (code != "custom")
            problem["field"] = field;
        if (message is not null)
            problem["message"] = message;
        return new(422, Shapes.Error(422, "Validation Failed", problem));
    }
}

/// <summary>A place in the API.</summary>
/// <param name="Method">Of HTTP.</param>
/// <param name="Path">As GitHub's description writes it, with names in braces.</param>
/// <param name="Permission">What a token needs, as in <c>issues=write</c>; alternatives after '; '.</param>
internal sealed record Route(string Method, string Path, string Permission, Func<Call, Answer> Answer)
{
    private readonly string[] _parts = Path.Trim('/').Split('/');

    public string Operation => $"{Method} {Path}";

    public IReadOnlyDictionary<string, string>? Match(string method, string rawPath)
    {
        var given = rawPath.Trim('/').Split('/');
        if (method != Method || given.Length != _parts.Length)
            return null;
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var index = 0; index < given.Length; index++)
        {
            if (_parts[index][0] == '{')
                values[_parts[index].Trim('{', '}')] = Uri.UnescapeDataString(given[index]);
            else if (_parts[index] != given[index])
                return null;
        }

        return values;
    }
}
