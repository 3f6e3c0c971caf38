using System.Buffers;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>One question to GraphQL, without its variables.</summary>
/// <param name="Repository">Whose token asks.</param>
/// <param name="Operation">Its name, as in the document.</param>
/// <param name="Document">Fixed text, or text made of counted names; values travel in the variables only.</param>
internal sealed record GraphQlQuestion(string Repository, string Operation, string Document)
{
    /// <value>True: most are questions, or mutations that name what they start from.</value>
    public bool IsRepeatable { get; init; } = true;

    public bool CreatesContent { get; init; }

    /// <summary>Errors that are an answer: this type at a field of this name. The field is null then, and the rest of the data is good.</summary>
    public IReadOnlyList<(string Type, string Field)> MayLack { get; init; } = [];
}

/// <summary>Asks GitHub's GraphQL API, where it saves requests or says what REST does not: a compare-and-swap, whether a comment is ours.</summary>
internal sealed class GraphQl(GitHubClient client)
{
    /// <param name="variables">Writes them, one by one.</param>
    /// <returns>The <c>data</c> of the answer.</returns>
    /// <exception cref="GitHubException">Also for errors that come with status 200; what is partly answered counts as not answered, but for what the question may lack.</exception>
    public async Task<JsonElement> AskAsync(GraphQlQuestion question, Action<Utf8JsonWriter> variables, CancellationToken cancellationToken)
    {
        var request = new GitHubRequest(HttpMethod.Post, client.Address.GraphQl)
        {
            Body = Write(question, variables),
            IsRepeatable = question.IsRepeatable,
            CreatesContent = question.CreatesContent,
            Resource = "graphql",
            Operation = question.Operation,
        };
        var whole = await client.SendAsync(question.Repository, request, cancellationToken);
        var answer = GitHubClient.Parse(request, whole, GitHubJson.Default.JsonElement);
        ThrowIfBad(question, request, answer, whole.ResetAt);
        return answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
            ? data
            : throw GitHubClient.Unreadable(request, "it has no data");
    }

    private static byte[] Write(GraphQlQuestion question, Action<Utf8JsonWriter> variables)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("query", question.Document);
            json.WriteString("operationName", question.Operation);
            json.WriteStartObject("variables");
            variables(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void ThrowIfBad(GraphQlQuestion question, GitHubRequest request, JsonElement answer, DateTimeOffset? resetAt)
    {
        if (answer.Child("errors") is not { ValueKind: JsonValueKind.Array } errors || errors.GetArrayLength() == 0)
            return;
        var problems = errors.EnumerateArray()
            .Where(error => !question.MayLack.Any(lack => lack.Type == error.TextOf("type") && lack.Field == FieldOf(error)))
            .Select(error => new FieldProblem(null, null, error.TextOf("type"), error.TextOf("message")))
            .ToList();
        if (problems.Count == 0)
            return;
        var reason = $"GitHub answers: {string.Join(" ", problems.Select(problem => problem.Message))}";
        throw problems[0].Code switch
        {
            "NOT_FOUND" => new GitHubException.NotFoundOrNoAccess(request.Place, reason),
            "FORBIDDEN" when RefusedAnswer.IsClosed(problems[0].Message) => new GitHubException.Validation(request.Place, 200, reason, problems),
            "FORBIDDEN" or "INSUFFICIENT_SCOPES" => new GitHubException.Forbidden(request.Place, reason, null),
            "RATE_LIMITED" when resetAt is { } until => new GitHubException.PrimaryLimit(request.Place, until),
            "INTERNAL" or "SERVICE_UNAVAILABLE" or "RATE_LIMITED" => new GitHubException.Unavailable(request.Place, reason),
            _ => new GitHubException.Validation(request.Place, 200, reason, problems),
        };
    }

    /// <summary>The path has names of fields, and places in lists.</summary>
    private static string? FieldOf(JsonElement error) =>
        error.ListOf("path").LastOrDefault(part => part.ValueKind == JsonValueKind.String) is { ValueKind: JsonValueKind.String } last ? last.GetString() : null;
}

/// <summary>PURE. Reading of JSON of which any part may be missing.</summary>
internal static class TolerantJson
{
    /// <returns>Null if it is missing, null, or not in an object.</returns>
    public static JsonElement? Child(this JsonElement json, string field) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(field, out var child) && child.ValueKind != JsonValueKind.Null ? child : null;

    public static string? TextOf(this JsonElement json, string field) =>
        json.Child(field) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static bool Says(this JsonElement json, string field) => json.Child(field) is { ValueKind: JsonValueKind.True };

    public static IEnumerable<JsonElement> ListOf(this JsonElement json, string field) =>
        json.Child(field) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : Enumerable.Empty<JsonElement>();
}
