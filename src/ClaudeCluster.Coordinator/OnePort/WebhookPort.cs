using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ClaudeCluster.Coordinator;

/// <summary>A port of its own for GitHub, which alone may be reached from outside: it answers the webhook, and nothing else is behind it.</summary>
internal static class WebhookPort
{
    private const string Mark = "ClaudeCluster.WebhookOnly";

    public static void OnlyWebhook(this ListenOptions endpoint)
    {
        endpoint.Protocols = HttpProtocols.Http1;
        endpoint.Use(next => connection =>
        {
            connection.Items[Mark] = true;
            return next(connection);
        });
    }

    public static Task RefuseOthersAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(Mark) == true && (http.Request.Path != WebhookApi.Path || !HttpMethods.IsPost(http.Request.Method)))
            throw ApiProblem.NotFound("path", "This port is for GitHub's webhook.", $"Send POST {WebhookApi.Path} here, and everything else to the coordinator's own port.");
        return next(http);
    }
}
