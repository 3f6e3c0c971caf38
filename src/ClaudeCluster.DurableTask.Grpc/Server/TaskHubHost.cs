using System.Net;
using System.Security.Cryptography.X509Certificates;
using ClaudeCluster.DurableTask.Hub;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.DurableTask.Grpc.Server;

/// <summary>A listening server that serves hubs and nothing else.</summary>
public sealed class TaskHubHost : IAsyncDisposable
{
    /// <summary>Waits are calls that last, and a client may have thousands of them on one connection.</summary>
    private const int MostStreamsOfConnection = 10_000;

    private readonly WebApplication _app;

    private TaskHubHost(WebApplication app, TaskHubServer server, Uri address)
    {
        _app = app;
        Server = server;
        Address = address;
    }

    /// <summary>Where it listens; the port is a real one even if 0 was asked for.</summary>
    public Uri Address { get; }

    internal TaskHubServer Server { get; }

    /// <summary>Starts to listen.</summary>
    /// <param name="listen">Address and port; port 0 takes a free one.</param>
    /// <param name="hubs">The hubs by name, open; "default" for calls that name none. They are not closed with the server.</param>
    /// <param name="options">How they are served.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logs">Where to log.</param>
    /// <param name="certificate">For TLS; null listens in the clear.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<TaskHubHost> StartAsync(
        IPEndPoint listen,
        IReadOnlyDictionary<string, LocalTaskHub> hubs,
        TaskHubServerOptions options,
        TimeProvider time,
        ILoggerFactory? logs = null,
        X509Certificate2? certificate = null,
        CancellationToken cancellation = default)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        if (certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.Http2.MaxStreamsPerConnection = MostStreamsOfConnection;
            kestrel.Limits.Http2.KeepAlivePingDelay = options.ConnectionPingAfter;
            kestrel.Limits.Http2.KeepAlivePingTimeout = options.ConnectionPingLimit;
            kestrel.Listen(listen, endpoint => Configure(endpoint, certificate));
        });
        builder.Services.AddRoutingCore();
        // Whoever composes the process decides what ends it.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        app.UseRouting();
        var server = new TaskHubServer(hubs, options, time, app.Lifetime.ApplicationStopping, logs);
        server.MapTo(app);
        await app.StartAsync(cancellation);
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new TaskHubHost(app, server, new Uri(bound));
    }

    /// <summary>Ends the streams of work and the waits, lets running calls end, and stops to listen.</summary>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static void Configure(ListenOptions endpoint, X509Certificate2? certificate)
    {
        endpoint.Protocols = HttpProtocols.Http2;
        if (certificate is not null)
            endpoint.UseHttps(certificate);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
