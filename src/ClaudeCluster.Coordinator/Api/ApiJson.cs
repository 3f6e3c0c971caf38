using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.Coordinator;

/// <summary>JSON in and out: camelCase, and whatever is wrong with it said with its place.</summary>
internal static class ApiJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
    };

    /// <exception cref="ApiProblem">It is not of that shape.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext http)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(http.Request.Body, Options, http.RequestAborted)
                ?? throw ApiProblem.BadRequest("body", "It is null.", "Send a JSON object.");
        }
        catch (JsonException e)
        {
            throw ApiProblem.BadRequest($"body {e.Path}".TrimEnd(), "It is not the JSON that is expected here.", "Send the object that docs/coordinator.md describes.");
        }
    }

    public static Task WriteAsync(HttpContext http, object answer, int status = StatusCodes.Status200OK)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer, Options), http.RequestAborted).AsTask();
    }
}
