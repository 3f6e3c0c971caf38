using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>One call as its handler sees it.</summary>
/// <param name="TaskHub">The header taskhub.</param>
/// <param name="Grant">What its credential may do.</param>
/// <param name="Http">The request, for headers that only our own worker sends.</param>
/// <param name="Cancellation">The caller has gone, or its deadline is over.</param>
internal sealed record HubCall(string TaskHub, HubGrant Grant, HttpContext Http, CancellationToken Cancellation)
{
    public const string DefaultHub = "default";

    public string? Header(string name) => Http.Request.Headers[name].ToString() is { Length: > 0 } value ? value : null;
}
