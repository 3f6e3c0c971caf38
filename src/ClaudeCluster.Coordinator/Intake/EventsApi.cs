using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ClaudeCluster.Coordinator;

/// <summary>The door for a job of GitHub Actions on the coordinator's own PC: the same body, with a credential instead of a signature.</summary>
internal sealed class EventsApi(Gate gate, Doors doors)
{
    public void MapTo(IEndpointRouteBuilder routes) => routes.MapPost("/api/events", async http =>
    {
        gate.AskForTrigger(http);
        var arrival = await doors.ReceiveAsync(await Doors.ReadAsync(http, http.RequestAborted), Doors.EventNameOf(http), beforeHandIn: null, http.RequestAborted);
        await ApiJson.WriteAsync(http, arrival, StatusCodes.Status202Accepted);
    });
}
