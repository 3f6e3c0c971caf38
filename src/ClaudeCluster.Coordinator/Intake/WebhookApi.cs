using ClaudeCluster.GitHub;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaudeCluster.Coordinator;

/// <summary>
/// The door for GitHub's webhooks. GitHub waits ten seconds and does not try again by itself: so the answer comes as soon as the event is
/// durable, and says nothing of what becomes of it. A delivery that comes twice, today or in a month, has the same body, and that is known.
/// </summary>
internal sealed class WebhookApi(Gate gate, Doors doors, string secret, WebhookRoomOptions limits, DeliveryIds deliveries, TimeProvider time)
{
    public const string Path = "/webhook/github";

    private const string Ping = "ping";

    private readonly WebhookRoom _room = new(limits, time);

    public void MapTo(IEndpointRouteBuilder routes) => routes.MapPost(Path, async http =>
    {
        var body = await ReadAsync(http);
        var name = Doors.EventNameOf(http);
        var arrival = name == Ping ? doors.Ignore(Ping, sender: null, "pong") : await doors.ReceiveAsync(body, name, () => KeepAsync(http, body), http.RequestAborted);
        await ApiJson.WriteAsync(http, arrival, StatusCodes.Status202Accepted);
    });

    /// <summary>Until it is known to be GitHub's, it takes room that others wait for.</summary>
    private async Task<byte[]> ReadAsync(HttpContext http)
    {
        using var place = await _room.EnterAsync(Math.Min(http.Request.ContentLength ?? EventReader.MaxSize, EventReader.MaxSize), http.RequestAborted)
            ?? throw new ApiProblem(StatusCodes.Status503ServiceUnavailable, "busy", new Problem("webhook", "Too many deliveries came at once.", "Redeliver it from the webhook's settings; labels and pull requests are found again without that.")) { RetryAfter = limits.Patience };
        using var patience = new CancellationTokenSource(limits.Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, http.RequestAborted);
        byte[] body;
        try
        {
            body = await Doors.ReadAsync(http, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            throw gate.RefuseStranger(http, new Problem("body", "It did not come in time.", "Send it at once, as GitHub does."));
        }

        return WebhookSignature.IsGood(body, http.Request.Headers[WebhookSignature.Header], secret)
            ? body
            : throw gate.RefuseStranger(http, new Problem(WebhookSignature.Header, "The signature is missing, or not that of this body.", "Set the same secret in the webhook's settings and at the coordinator."));
    }

    private async Task KeepAsync(HttpContext http, byte[] body)
    {
        if (!Guid.TryParse(http.Request.Headers[WebhookHeaders.Delivery], out var id))
            throw ApiProblem.BadRequest(WebhookHeaders.Delivery, "The header is missing, or no id of a delivery.", "Send it, as GitHub does.");
        if (!await deliveries.KeepAsync(id, body, http.RequestAborted))
            throw gate.Refuse(http, ApiProblem.Conflict("deliveryKnown", WebhookHeaders.Delivery, $"The delivery {id} came before with another body.", "GitHub gives each delivery an id of its own. Somebody replays them: set a new webhook secret."));
    }
}
