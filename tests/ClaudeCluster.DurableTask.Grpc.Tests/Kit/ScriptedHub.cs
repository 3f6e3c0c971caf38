using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Wire;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Kit;

/// <summary>A hub of another make that answers each call as a test says. Its connection answers pings whatever its calls do.</summary>
internal sealed class ScriptedHub : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<int, HttpContext, Task>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<RemoteTaskHub> _remotes = [];
    private readonly WebApplication _app;

    private ScriptedHub(WebApplication app) => _app = app;

    private Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    public static async Task<ScriptedHub> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        var hub = new ScriptedHub(builder.Build());
        hub._app.Run(hub.AnswerAsync);
        await hub._app.StartAsync();
        return hub;
    }

    /// <summary>How often this call was made.</summary>
    public int Calls(string call) => _calls.GetValueOrDefault(call);

    /// <summary>What the call is answered, by how often it was made before.</summary>
    public ScriptedHub On(string call, Func<int, HttpContext, Task> answer)
    {
        _answers[call] = answer;
        return this;
    }

    public ScriptedHub On(string call, IMessage answer) => On(call, (_, http) => SayAsync(http, answer));

    public RemoteTaskHub Connect(RemoteTaskHubOptions options)
    {
        var remote = new RemoteTaskHub(new HubAddress(Address), options, TimeProvider.System, new Random(1));
        _remotes.Enqueue(remote);
        return remote;
    }

    /// <summary>One message, flushed; the call goes on.</summary>
    public static async Task WriteAsync(HttpContext http, IMessage message)
    {
        Frames.Write(http.Response.BodyWriter, message);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    /// <summary>The one answer, and the end of the call.</summary>
    public static async Task SayAsync(HttpContext http, IMessage message)
    {
        await WriteAsync(http, message);
        http.Response.AppendTrailer(Headers.Status, "0");
    }

    public static Task RefuseAsync(HttpContext http, StatusCode status)
    {
        http.Response.Headers[Headers.Status] = ((int)status).ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    /// <summary>Until the caller goes.</summary>
    public static async Task SaysNothingAsync(HttpContext http)
    {
        var gone = new TaskCompletionSource();
        await using var told = http.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var remote in _remotes)
            await remote.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var call = http.Request.Path.Value!.Split('/')[^1];
        var before = _calls.AddOrUpdate(call, 1, static (_, calls) => calls + 1) - 1;
        await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
        http.Response.ContentType = Headers.ContentType;
        await _answers.GetValueOrDefault(call, static (_, http) => RefuseAsync(http, StatusCode.Unimplemented))(before, http);
    }
}
