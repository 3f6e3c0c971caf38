using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.Agent;

/// <summary>An answer of the proxy's own, in the API's form.</summary>
/// <param name="Status">One that the CLI does not try again.</param>
/// <param name="Type">The API's word for it.</param>
internal sealed record ModelRefusal(int Status, string Type, string Message)
{
    public static readonly ModelRefusal NotFound = new(StatusCodes.Status404NotFound, "not_found_error", "The agent passes on POST /v1/messages only.");

    public static readonly ModelRefusal NotAuthenticated = new(StatusCodes.Status401Unauthorized, "authentication_error", "This is not the token of this attempt.");

    public static readonly ModelRefusal TooLarge = new(StatusCodes.Status413PayloadTooLarge, "request_too_large", "The request is larger than the API takes.");

    public static ModelRefusal BudgetIsUsedUp(decimal usd) => new(
        StatusCodes.Status402PaymentRequired, "billing_error", string.Create(CultureInfo.InvariantCulture, $"The budget of this attempt, {usd} dollars, is used up."));

    public async Task WriteAsync(HttpContext http)
    {
        http.Response.StatusCode = Status;
        http.Response.ContentType = "application/json";
        http.Response.Headers["x-should-retry"] = "false";
        var body = new JsonObject { ["type"] = "error", ["error"] = new JsonObject { ["type"] = Type, ["message"] = Message } };
        await http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted);
    }
}
