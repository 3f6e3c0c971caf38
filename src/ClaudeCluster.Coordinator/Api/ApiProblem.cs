using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.Coordinator;

/// <summary>A call that cannot be answered: a status, a code for programs, and place, reason and fix for people.</summary>
internal sealed class ApiProblem(int status, string code, Problem problem) : Exception(problem.Reason)
{
    public int Status => status;

    public string Code => code;

    public Problem Problem => problem;

    public TimeSpan? RetryAfter { get; init; }

    public static ApiProblem BadRequest(string place, string reason, string fix) =>
        new(StatusCodes.Status400BadRequest, "badInput", new Problem(place, reason, fix));

    public static ApiProblem Unauthenticated(bool isMissing) => new(StatusCodes.Status401Unauthorized, "unauthenticated", new Problem(
        "authorization",
        isMissing ? "This call asks for a credential." : "The credential is not known, or was revoked.",
        "Send 'Authorization: Bearer TOKEN'. An agent's token comes from 'claude-cluster agents add'; the operator's was printed at the first start."));

    public static ApiProblem Forbidden(string reason, string fix) =>
        new(StatusCodes.Status403Forbidden, "forbidden", new Problem("authorization", reason, fix));

    public static ApiProblem NotFound(string place, string reason, string fix) =>
        new(StatusCodes.Status404NotFound, "notFound", new Problem(place, reason, fix));

    public static ApiProblem Conflict(string code, string place, string reason, string fix) =>
        new(StatusCodes.Status409Conflict, code, new Problem(place, reason, fix));

    /// <summary>As application/problem+json (RFC 9457).</summary>
    public async Task WriteAsync(HttpContext http)
    {
        http.Response.StatusCode = status;
        if (status == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        if (RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        http.Response.ContentType = "application/problem+json";
        var body = new { Type = "about:blank", Title = problem.Reason, Status = status, Code = code, problem.Place, problem.Reason, problem.Fix };
        await http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(body, ApiJson.Options), http.RequestAborted);
    }
}
