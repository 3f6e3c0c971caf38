using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ClaudeCluster.Agent;

/// <summary>One request and its answer through the proxy, both as they come: nothing is held back, nothing is changed but the key.</summary>
internal sealed class ModelExchange(HttpContext http, ModelBudget budget)
{
    // Of one connection, not of the message; and what the proxy itself sets.
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "host", "connection", "keep-alive", "proxy-connection", "transfer-encoding", "te", "trailer", "upgrade", "expect",
        "authorization", "x-api-key", "proxy-authorization", "cookie",
        // The answer is read on its way.
        "accept-encoding",
    };

    public async Task ForwardAsync(HttpClient upstream, Uri address, string key)
    {
        using var request = Request(address, key);
        using var response = await upstream.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, http.RequestAborted);
        budget.Hear((int)response.StatusCode, name => HeaderOf(response, name));
        http.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).Where(header => !NotForwarded.Contains(header.Key)))
            http.Response.Headers[name] = values.ToArray();
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await CopyAsync(response);
    }

    private async Task CopyAsync(HttpResponseMessage response)
    {
        var reader = new ModelUsageReader(string.Empty, response.Content.Headers.ContentType?.MediaType == "text/event-stream");
        try
        {
            await using var answer = await response.Content.ReadAsStreamAsync(http.RequestAborted);
            var buffer = new byte[16 * 1024];
            while (await answer.ReadAsync(buffer, http.RequestAborted) is var count and > 0)
            {
                reader.Add(buffer.AsSpan(0, count));
                await http.Response.Body.WriteAsync(buffer.AsMemory(0, count), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        finally
        {
            // Also of an answer that was cut: it is paid.
            reader.End();
            budget.Spend(reader.Model, reader.Tokens);
        }
    }

    private HttpRequestMessage Request(Uri address, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StreamContent(http.Request.Body) };
        foreach (var (name, values) in http.Request.Headers.Where(header => !NotForwarded.Contains(header.Key)))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                request.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }
        request.Headers.TryAddWithoutValidation("x-api-key", key);
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        return request;
    }

    private static string? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
