using ClaudeCluster.GitHub;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaudeCluster.Coordinator;

/// <summary>
/// The door for GitHub's webhooks. GitHub waits ten seconds and does not try again by itself: so the answer comes as soon as the event is
/// durable, and says nothing of what becomes of it. A delivery that comes twice, today or in a month, has the same body, and that is known.
/// </summary>
internal sealed class WebhookApi(Gate gate, Doors doors, string secret)
{
    private const string Ping = "ping";

    public void MapTo(IEndpointRouteBuilder routes) => routes.MapPost("/webhook/github", async http =>
    {
        var body = await Doors.ReadAsync(http);
        if (!WebhookSignature.IsGood(body, http.Request.Headers[WebhookSignature.Header], secret))
            throw gate.RefuseStranger(http, new Problem(WebhookSignature.Header, "The signature is missing, or not that of this body.", "Set the same secret in the webhook's settings and at the coordinator."));
        var name = Doors.EventNameOf(http);
        var arrival = name == Ping ? new Arrival(null, IsNew: false, "pong") : await doors.ReceiveAsync(body, name, http.RequestAborted);
        await ApiJson.WriteAsync(http, arrival, StatusCodes.Status202Accepted);
    });
}
