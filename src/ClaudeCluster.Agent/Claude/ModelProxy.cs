using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.Agent;

/// <summary>
/// Stands on loopback between the CLI and the Messages API for one attempt, and is the only one of both sides of the sandbox that knows the
/// API key. The CLI has a token that is good here, for this attempt, while it runs.
/// <code>
///   CLI ── POST /{attempt}/v1/messages, one-run token ──► proxy ── the same, real key ──► Messages API
///       ◄── the answer, byte for byte as it comes ───────  │  ◄──────────────────────────
///                              counts tokens, remembers Retry-After, refuses when the budget is used up
/// </code>
/// </summary>
internal sealed class ModelProxy : IAsyncDisposable
{
    public static readonly Uri PublicApi = new("https://api.anthropic.com");

    private const long MostBodyBytes = 34L * 1024 * 1024;

    // One for all attempts: connections are kept.
    private static readonly HttpClient Upstream = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        ConnectTimeout = TimeSpan.FromSeconds(30),
    })
    {
        // The CLI has its own idea of how long it waits, and so has the attempt.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly string _path;
    private readonly byte[] _token;
    private readonly Uri _upstream;
    private readonly string _key;
    private readonly WebApplication _app;

    private ModelProxy(string attemptId, Uri upstream, string key, ModelBudget budget)
    {
        (_path, _upstream, _key, Budget) = ($"/{attemptId}", upstream, key, budget);
        Token = $"one-run-{RandomNumberGenerator.GetHexString(48, lowercase: true)}";
        _token = Encoding.UTF8.GetBytes(Token);
        // Nothing of the host's configuration or environment: no other address, no logs of requests.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBodyBytes;
            kestrel.Limits.MinResponseDataRate = null;
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>What the CLI is given as its API key.</summary>
    public string Token { get; }

    /// <summary>What the CLI is given as its base URL.</summary>
    public Uri Url { get; private set; } = PublicApi;

    public ModelBudget Budget { get; }

    public static async Task<ModelProxy> StartAsync(string attemptId, Uri? upstream, string key, ModelBudget budget, CancellationToken cancellationToken)
    {
        var proxy = new ModelProxy(attemptId, upstream ?? PublicApi, key, budget);
        await proxy._app.StartAsync(cancellationToken);
        var addresses = proxy._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        proxy.Url = new Uri(new Uri(addresses.Addresses.Single()), proxy._path);
        return proxy;
    }

    /// <summary>From now on nothing listens there, and the token is good nowhere.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (Refusal(http.Request) is { } refusal)
        {
            await refusal.WriteAsync(http);
            return;
        }

        var path = http.Request.Path.Value![_path.Length..] + http.Request.QueryString;
        var address = new Uri(_upstream.AbsoluteUri.TrimEnd('/') + path);
        try
        {
            await new ModelExchange(http, Budget).ForwardAsync(Upstream, address, _key);
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge && !http.Response.HasStarted)
        {
            await ModelRefusal.TooLarge.WriteAsync(http);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or OperationCanceledException or BadHttpRequestException)
        {
            // As the CLI would see it without us: a connection that breaks.
            http.Abort();
        }
    }

    private ModelRefusal? Refusal(HttpRequest request)
    {
        if (request.Method != HttpMethods.Post
            || (request.Path != $"{_path}/v1/messages" && request.Path != $"{_path}/v1/messages/count_tokens"))
        {
            return ModelRefusal.NotFound;
        }
        if (!IsOurs(request.Headers["x-api-key"].ToString()) && !IsOurs(request.Headers.Authorization.ToString().Replace("Bearer ", string.Empty, StringComparison.Ordinal)))
            return ModelRefusal.NotAuthenticated;
        if (request.ContentLength > MostBodyBytes)
            return ModelRefusal.TooLarge;
        return Budget.TryBegin() ? null : ModelRefusal.BudgetIsUsedUp(Budget.Limit);
    }

    private bool IsOurs(string token) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), _token);
}
