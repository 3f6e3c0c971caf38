using ClaudeCluster.FakeGitHub.Calls;
using ClaudeCluster.FakeGitHub.Git;
using ClaudeCluster.FakeGitHub.State;
using ClaudeCluster.FakeGitHub.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.FakeGitHub;

/// <summary>
/// A GitHub on loopback for tests: REST, GraphQL and git over HTTP on one port, over one state. In a test's own process the state is at hand;
/// from others there is <see cref="ControlApi"/>.
/// </summary>
public sealed class FakeGitHubServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ApiDoor _api;
    private readonly GitBackend _git;
    private readonly ControlApi _control;
    private readonly FeedbackControl _feedbackControl;

    private FakeGitHubServer(string folder, int port, TimeProvider clock)
    {
        World = new World(folder, clock);
        Webhooks = new WebhookSender();
        People = new People(World, Webhooks);
        Logs = new LogStore(World);
        (_api, _git, _control) = (new ApiDoor(World, Faults, Requests, Webhooks), new GitBackend(World), new ControlApi(this));
        _feedbackControl = new FeedbackControl(this);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, port);
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
        });
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>The calls of REST that it knows, as in <c>POST /repos/{owner}/{repo}/pulls</c>.</summary>
    public static IReadOnlyList<string> Operations { get; } = [.. RestCalls.All.Select(route => route.Operation)];

    public World World { get; }

    /// <summary>What people do in their browsers.</summary>
    public People People { get; }

    public Faults Faults { get; } = new();

    public RequestLog Requests { get; } = new();

    public WebhookSender Webhooks { get; }

    /// <summary>Where logs lie, on a port of its own.</summary>
    public LogStore Logs { get; }

    internal Changes Changes { get; } = new();

    /// <summary>The root of the API and of git; GraphQL is at <c>/graphql</c>.</summary>
    public Uri Url => World.Url;

    /// <param name="folder">For the repositories.</param>
    /// <param name="clock">For limits and tokens.</param>
    /// <param name="port">0: any that is free.</param>
    public static async Task<FakeGitHubServer> StartAsync(string folder, TimeProvider clock, int port = 0)
    {
        var server = new FakeGitHubServer(folder, port, clock);
        await server._app.StartAsync();
        var addresses = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToList();
        (server.World.Url, server.World.LogsUrl) = (new Uri(addresses[0]), new Uri(addresses[1]));
        return server;
    }

    public Task WaitForEndAsync() => _app.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        await Webhooks.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        try
        {
            await RouteAsync(http);
        }
        finally
        {
            if (http.Request.Method != "GET" || !http.Request.Path.StartsWithSegments("/_fake"))
                Changes.Tell();
        }
    }

    private Task RouteAsync(HttpContext http) => http.Request.Path switch
    {
        _ when http.Connection.LocalPort == World.LogsUrl.Port => Logs.AnswerAsync(http),
        var path when path.StartsWithSegments("/_fake/feedback") => _feedbackControl.AnswerAsync(http),
        var path when path.StartsWithSegments("/_fake") => _control.AnswerAsync(http),
        var path when GitBackend.IsFor(path) => _git.AnswerAsync(http),
        _ => _api.AnswerAsync(http),
    };
}
