using ClaudeCluster.DurableTask.Client;
using ClaudeCluster.DurableTask.Grpc.Server;
using ClaudeCluster.DurableTask.Hub;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClaudeCluster.Coordinator;

/// <summary>
/// The service that holds it together: who may come in, the hub from which agents take their work, and what they and the operator tell
/// each other beside it. It runs nothing of what a model wrote.
/// </summary>
public sealed class CoordinatorApp : IAsyncDisposable
{
    private const string TaskHub = "default";
    private readonly WebApplication _web;
    private readonly Audit _audit;
    private readonly FlowWorker? _flows;
    private readonly IReadOnlyList<IAsyncDisposable> _loops;

    private CoordinatorApp(WebApplication web, Audit audit, FlowWorker? flows, IReadOnlyList<IAsyncDisposable> loops, Uri address, string? freshOperatorToken, IFleet fleet)
    {
        (_web, _audit, _flows, _loops) = (web, audit, flows, loops);
        Address = address;
        FreshOperatorToken = freshOperatorToken;
        Fleet = fleet;
    }

    /// <summary>Where it listens; the port is a real one even if 0 was asked for.</summary>
    public Uri Address { get; }

    /// <summary>Where the webhook listens for itself; null: it does not.</summary>
    public Uri? WebhookAddress { get; private init; }

    /// <summary>The operator's token if it was made just now: to be shown once.</summary>
    public string? FreshOperatorToken { get; }

    /// <summary>Who is there, for the flow.</summary>
    public IFleet Fleet { get; }

    /// <summary>Starts to listen.</summary>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<CoordinatorApp> StartAsync(CoordinatorOptions options, TimeProvider time, ILoggerFactory? logs = null, CancellationToken cancellation = default)
    {
        var logger = (logs ?? NullLoggerFactory.Instance).CreateLogger<CoordinatorApp>();
        var operatorToken = await OperatorToken.OpenAsync(options.Records, options.OperatorToken, cancellation);
        var registry = new AgentRegistry(options.Records, time);
        await registry.LoadAsync(cancellation);
        var audit = new Audit(options.Records, time, logger);
        var gate = new Gate(operatorToken, options.TriggerToken, registry, new FailedCredentials(time), audit);

        var web = WebListener.Build(options, time);
        web.Use(next => http => ApiErrors.AnswerAsync(http, next, logger));
        web.Use(next => http => WebhookPort.RefuseOthersAsync(http, next));
        web.Use(next => http => gate.RefuseGuessersAsync(http, next));
        web.UseRouting();
        var hub = options.Hub is null ? null : Serve(options.Hub, gate, web, time, logs);
        var fleet = new Fleet(registry, hub is null ? static _ => false : hub.IsConnected, options.Runners is { } runners ? new WakeUps(runners, options.Records, time) : null, time);
        HealthApi.MapTo(web, options.IsSound);
        new AgentsApi(gate, registry, fleet).MapTo(web);
        new AttemptsApi(gate, AttemptsOf(options, hub), new AttemptDesk(time), options.PushCredentials, time).MapTo(web);
        new AuditApi(gate, audit).MapTo(web);
        var notes = new EventNotes(options.Records, audit, time, logger);
        MapDoors(options, gate, notes, web, time);

        try
        {
            await web.StartAsync(cancellation);
        }
        catch
        {
            await web.DisposeAsync();
            await audit.DisposeAsync();
            throw;
        }

        var flows = options.GitHub is { } gitHub ? new FlowWorker(new WatchedHub(HubOf(options), notes), gitHub, options.Feedback, fleet, time, logs) : null;
        var watch = new RegistryWatch(registry, options.LookAgain, time, logger);
        IReadOnlyList<IAsyncDisposable> loops = Reconcile(options, audit, notes, time, logger) is { } reconciler ? [reconciler, watch] : [watch];
        return new CoordinatorApp(web, audit, flows, loops, WebListener.AddressOf(web, options), operatorToken.Fresh, fleet) { WebhookAddress = WebListener.WebhookAddressOf(web, options) };
    }

    /// <summary>Hands out no more work, lets running calls end, and stops to listen.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops)
            await loop.DisposeAsync();
        if (_flows is not null)
            await _flows.DisposeAsync();
        await _web.StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
        await _audit.DisposeAsync();
    }

    private static TaskHubServer Serve(LocalTaskHub hub, Gate gate, WebApplication web, TimeProvider time, ILoggerFactory? logs)
    {
        var hubs = new Dictionary<string, LocalTaskHub>(StringComparer.Ordinal) { [TaskHub] = hub };
        var server = new TaskHubServer(hubs, new TaskHubServerOptions { Access = gate.GrantOf, OnRefused = gate.OnRefused }, time, web.Lifetime.ApplicationStopping, logs);
        server.MapTo(web);
        return server;
    }

    private static void MapDoors(CoordinatorOptions options, Gate gate, EventNotes notes, WebApplication web, TimeProvider time)
    {
        new FlowsApi(gate, HubOf(options)).MapTo(web);
        new CommandsApi(gate, HubOf(options), time).MapTo(web);
        if (options.GitHub is null)
            return;
        var doors = new Doors(new DurableTaskClient(HubOf(options)), notes);
        new EventsApi(gate, doors).MapTo(web);
        if (options.WebhookSecret is { } secret)
            new WebhookApi(gate, doors, secret, options.WebhookRoom, new DeliveryIds(options.Records, time), time).MapTo(web);
    }

    private static Reconciler? Reconcile(CoordinatorOptions options, Audit audit, EventNotes notes, TimeProvider time, ILogger logger)
    {
        if (options is not { GitHub: { } gitHub, LostEvents: { } lostEvents })
            return null;
        var client = new DurableTaskClient(HubOf(options));
        return new Reconciler(client, lostEvents, gitHub, new Doors(client, notes), audit, options.Reconciler, time, logger);
    }

    private static ITaskHub HubOf(CoordinatorOptions options) =>
        options.Hub ?? options.HubElsewhere ?? throw new ArgumentException("A coordinator has a hub, its own or one elsewhere.", nameof(options));

    private static IAttempts AttemptsOf(CoordinatorOptions options, TaskHubServer? server) => (options, server) switch
    {
        ({ Hub: { } own }, { } serving) => new OwnAttempts(own, serving, TaskHub),
        ({ HubElsewhere: { } elsewhere }, _) => new ElsewhereAttempts(elsewhere),
        _ => throw new ArgumentException("A coordinator has a hub, its own or one elsewhere.", nameof(options)),
    };
}
