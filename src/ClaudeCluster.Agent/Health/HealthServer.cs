using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ClaudeCluster.Agent;

/// <summary>How an agent is: <c>GET /health</c>. It is not asked for a credential, so nothing in it is a secret.</summary>
public sealed record AgentHealth
{
    /// <summary><c>ready</c>, <c>closed</c>, <c>maintenance</c> or <c>draining</c>.</summary>
    public required string Status { get; init; }

    public required string Agent { get; init; }

    public required string Version { get; init; }

    public string? Problem { get; init; }

    public required IReadOnlyList<RunningAttempt> Tasks { get; init; }

    public required int Slots { get; init; }

    public required long FreeDiskBytes { get; init; }

    public required string Coder { get; init; }

    public required string Hub { get; init; }

    public required bool HubConnected { get; init; }

    /// <summary>When the coordinator last answered; null: not yet, or there is none.</summary>
    public DateTimeOffset? CoordinatorAnswered { get; init; }
}

/// <summary>Serves <c>GET /health</c> and nothing else.</summary>
public sealed class HealthServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HealthServer(WebApplication app, Uri address) => (_app, Address) = (app, address);

    public Uri Address { get; }

    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<HealthServer> StartAsync(IPEndPoint listen, Func<AgentHealth> health, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = 100;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(listen);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        var app = builder.Build();
        app.UseRouting();
        app.MapGet("/health", context => context.Response.WriteAsJsonAsync(health(), context.RequestAborted));
        await app.StartAsync(cancellationToken);
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new HealthServer(app, new Uri(bound));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
