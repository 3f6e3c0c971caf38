using System.Net;
using ClaudeCluster.DurableTask.Grpc.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace ClaudeCluster.Coordinator;

/// <summary>A web server for API and hub on one port: by ALPN under TLS, by the first bytes in the clear.</summary>
internal static class WebListener
{
    /// <summary>Of the API; the hub sets its own limit for its calls.</summary>
    private const long MostBytesOfBody = 256 * 1024;

    /// <summary>Waits are calls that last, and an agent has several of them.</summary>
    private const int MostStreamsOfConnection = 1_000;

    public static WebApplication Build(CoordinatorOptions options, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        var hub = new TaskHubServerOptions();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MostBytesOfBody;
            kestrel.Limits.Http2.MaxStreamsPerConnection = MostStreamsOfConnection;
            kestrel.Limits.Http2.KeepAlivePingDelay = hub.ConnectionPingAfter;
            kestrel.Limits.Http2.KeepAlivePingTimeout = hub.ConnectionPingLimit;
        });
        if (options.Certificate is not null)
            ListenWithTls(builder.WebHost, options);
        else
            ListenInTheClear(builder.WebHost, options, time);
        if (options.WebhookListen is { } webhook)
            ListenForWebhook(builder.WebHost, webhook, options);
        builder.Services.AddRoutingCore();
        // Whoever composes the process decides what ends it.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        return builder.Build();
    }

    public static Uri AddressOf(WebApplication web, CoordinatorOptions options) => AddressOf(AddressesOf(web).First(), options);

    /// <summary>It is the last one to be bound.</summary>
    public static Uri? WebhookAddressOf(WebApplication web, CoordinatorOptions options) => options.WebhookListen is null ? null : AddressOf(AddressesOf(web).Last(), options);

    private static Uri AddressOf(string address, CoordinatorOptions options)
    {
        var bound = new Uri(address);
        return new UriBuilder(options.Certificate is null ? Uri.UriSchemeHttp : Uri.UriSchemeHttps, bound.Host, bound.Port).Uri;
    }

    private static ICollection<string> AddressesOf(WebApplication web) => web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;

    private static void ListenForWebhook(IWebHostBuilder web, IPEndPoint address, CoordinatorOptions options) => web.ConfigureKestrel(kestrel => kestrel.Listen(address, endpoint =>
    {
        endpoint.OnlyWebhook();
        if (options.Certificate is not null)
            endpoint.UseHttps(options.Certificate);
    }));

    private static void ListenWithTls(IWebHostBuilder web, CoordinatorOptions options)
    {
        web.UseKestrelHttpsConfiguration();
        web.ConfigureKestrel(kestrel => kestrel.Listen(options.Listen, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1AndHttp2;
            endpoint.UseHttps(options.Certificate!);
        }));
    }

    private static void ListenInTheClear(IWebHostBuilder web, CoordinatorOptions options, TimeProvider time)
    {
        var sockets = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var port = new SharedPort(options.Listen, sockets, time, options.Silence, options.MostSilent);
        web.ConfigureServices(services => services.AddSingleton<IConnectionListenerFactory, SharedPortTransport>());
        web.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(new SharedPortEndPoint(port, FirstBytes.Http1), static endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.Listen(new SharedPortEndPoint(port, FirstBytes.Http2), static endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
