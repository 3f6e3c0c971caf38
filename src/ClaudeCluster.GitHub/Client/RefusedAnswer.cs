using System.Net;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>PURE. From an answer that is no success to the error that a caller can act on.</summary>
internal static class RefusedAnswer
{
    /// <summary>Source: GitHub's rate-limit page, "wait for at least one minute" where no header says how long.</summary>
    private static readonly TimeSpan PauseWithoutWord = TimeSpan.FromMinutes(1);

    private const int LongestReason = 500;

    public static GitHubException Read(GitHubRequest request, HttpResponseMessage response, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var error = ReadError(body);
        var reason = $"GitHub answers {(int)response.StatusCode}: {Reason(error, response)}";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => new GitHubException.Unauthorized(request.Place, reason),
            HttpStatusCode.Forbidden when IsClosed(error?.Message) => new GitHubException.Validation(request.Place, (int)response.StatusCode, reason, []),
            HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests => Limit(request, response, error, now)
                ?? new GitHubException.Forbidden(request.Place, reason, MissingPermission(response)),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new GitHubException.NotFoundOrNoAccess(request.Place, reason),
            >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout => new GitHubException.Unavailable(request.Place, reason),
            _ => new GitHubException.Validation(request.Place, (int)response.StatusCode, reason, FieldsOf(error)),
        };
    }

    /// <summary>An archived repository and a locked conversation are refused as if a permission were missing; but none would help, and a person did it on purpose.</summary>
    internal static bool IsClosed(string? message) => message is not null
        && (message.Contains("archived", StringComparison.OrdinalIgnoreCase) || message.Contains("is locked", StringComparison.OrdinalIgnoreCase));

    /// <summary>In the order that GitHub's page gives: its word, else the hour's end, else a minute.</summary>
    private static GitHubException? Limit(GitHubRequest request, HttpResponseMessage response, ErrorAnswer? error, DateTimeOffset now)
    {
        if (RetryAfter(response, now) is { } retryAt)
            return new GitHubException.SecondaryLimit(request.Place, retryAt);
        if (ApiBudget.Number(response.Headers, "x-ratelimit-remaining") == 0 && ApiBudget.ResetOf(response.Headers) is { } resetAt)
            return new GitHubException.PrimaryLimit(request.Place, resetAt);
        var saysLimit = error?.Message?.Contains("rate limit", StringComparison.OrdinalIgnoreCase) == true;
        return saysLimit || response.StatusCode == HttpStatusCode.TooManyRequests
            ? new GitHubException.SecondaryLimit(request.Place, now + PauseWithoutWord)
            : null;
    }

    private static DateTimeOffset? RetryAfter(HttpResponseMessage response, DateTimeOffset now) =>
        response.Headers.RetryAfter is { } header ? header.Date ?? now + header.Delta : null;

    private static string? MissingPermission(HttpResponseMessage response) =>
        response.Headers.TryGetValues("X-Accepted-GitHub-Permissions", out var values) && values.First() is { Length: > 0 } permissions ? permissions : null;

    private static string Reason(ErrorAnswer? error, HttpResponseMessage response)
    {
        // A page of a proxy's is of no use to anybody here; GitHub's own words are.
        if (error?.Message is not { Length: > 0 } message)
            return $"{response.ReasonPhrase}, and no word of its API.";
        var details = FieldsOf(error).Select(field => field.Message ?? $"{field.Field} is {field.Code}");
        var whole = string.Join(" ", new[] { message.EndsWith('.') ? message : message + "." }.Concat(details.Select(detail => detail.TrimEnd('.') + ".")));
        return whole.Length <= LongestReason ? whole : whole[..LongestReason] + "…";
    }

    private static ErrorAnswer? ReadError(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, GitHubJson.Default.ErrorAnswer);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Mostly objects, but texts in some places: whatever is neither is passed over.</summary>
    private static IReadOnlyList<FieldProblem> FieldsOf(ErrorAnswer? error) => error?.Errors is not { ValueKind: JsonValueKind.Array } errors
        ? []
        : [.. errors.EnumerateArray().Select(ReadField).OfType<FieldProblem>()];

    private static FieldProblem? ReadField(JsonElement problem) => problem.ValueKind switch
    {
        JsonValueKind.String => new(null, null, "custom", problem.GetString()),
        JsonValueKind.Object => new(problem.TextOf("resource"), problem.TextOf("field"), problem.TextOf("code"), problem.TextOf("message")),
        _ => null,
    };
}
