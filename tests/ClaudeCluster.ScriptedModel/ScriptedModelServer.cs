using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.ScriptedModel;

/// <summary>
/// A stand-in for the Messages API on loopback that plays a script, so that the real CLI can be driven without a model, an account or a
/// network. Each session of the CLI plays the script from its beginning.
/// </summary>
public sealed class ScriptedModelServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, int> _position = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<LoggedRequest> _requests = new();
    private readonly IReadOnlyList<ModelStep> _script;
    private readonly WebApplication _app;
    private readonly SemaphoreSlim _arrived = new(0);
    private int _answers;

    private ScriptedModelServer(IReadOnlyList<ModelStep> script, int port)
    {
        _script = [.. script.SelectMany(step => Enumerable.Repeat(step, step.Times))];
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, port);
            // It hears all that is sent to it, so that a test can say that something was not.
            kestrel.Limits.MaxRequestBodySize = null;
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public Uri Url { get; private set; } = new("http://127.0.0.1");

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<LoggedRequest> Requests => [.. _requests];

    public static async Task<ScriptedModelServer> StartAsync(IReadOnlyList<ModelStep> script, int port = 0)
    {
        var server = new ScriptedModelServer(script, port);
        await server._app.StartAsync();
        var addresses = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        server.Url = new Uri(addresses.Addresses.Single());
        return server;
    }

    /// <summary>Until one more request has come.</summary>
    public Task WaitForRequestAsync(CancellationToken cancellationToken) => _arrived.WaitAsync(cancellationToken);

    public Task WaitForEndAsync() => _app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        _arrived.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var request = new LoggedRequest(
            http.Request.Method,
            http.Request.Path + http.Request.QueryString,
            http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString(), StringComparer.Ordinal),
            await reader.ReadToEndAsync(http.RequestAborted));
        _requests.Enqueue(request);
        _arrived.Release();
        if (request.Method != "POST" || !http.Request.Path.Value!.EndsWith("/v1/messages", StringComparison.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var position = _position.AddOrUpdate(request.Session, 0, (_, last) => last + 1);
        await new Answer(http, request, Interlocked.Increment(ref _answers)).WriteAsync(_script[Math.Min(position, _script.Count - 1)]);
    }
}
