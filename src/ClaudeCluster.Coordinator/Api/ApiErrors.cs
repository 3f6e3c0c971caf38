using ClaudeCluster.DurableTask.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Coordinator;

/// <summary>The border of a request: whatever goes wrong becomes one clear answer.</summary>
internal static class ApiErrors
{
    public static async Task AnswerAsync(HttpContext http, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(http);
            if (http.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed })
                await ApiProblem.NotFound("path", $"There is no {http.Request.Method} {http.Request.Path} here.", "See docs/coordinator.md.").WriteAsync(http);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            var problem = ToProblem(e);
            if (problem.Status == StatusCodes.Status500InternalServerError)
                logger.CallFailed(http.Request.Method, http.Request.Path, e);
            await problem.WriteAsync(http);
        }
    }

    private static ApiProblem ToProblem(Exception e) => e switch
    {
        ApiProblem known => known,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            new(StatusCodes.Status413PayloadTooLarge, "tooLarge", new Problem("body", "It is too large.", "Send less at a time.")),
        BadHttpRequestException bad => new(bad.StatusCode, "badInput", new Problem("request", bad.Message, "Mend the request.")),
        BadInputException { Problems: [var first, ..] } => new(StatusCodes.Status400BadRequest, "badInput", first),
        HubFileException or HubDatabaseException =>
            new(StatusCodes.Status503ServiceUnavailable, "storeNotReady", new Problem("coordinator", "Its store cannot be used at the moment.", "Its log says why.")),
        _ => new(StatusCodes.Status500InternalServerError, "failed", new Problem("coordinator", "The call failed.", "Its log says why.")),
    };
}
