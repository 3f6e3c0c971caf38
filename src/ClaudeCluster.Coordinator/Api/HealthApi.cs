using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaudeCluster.Coordinator;

/// <summary>Whether it lives. Asked without a credential, so it says nothing else.</summary>
internal static class HealthApi
{
    public static void MapTo(IEndpointRouteBuilder routes, Func<bool> isSound) => routes.MapGet("/health", http => isSound()
        ? ApiJson.WriteAsync(http, new { Status = "healthy", Coordinator = "online" })
        : ApiJson.WriteAsync(http, new { Status = "damaged", Coordinator = "online" }, StatusCodes.Status503ServiceUnavailable));
}
