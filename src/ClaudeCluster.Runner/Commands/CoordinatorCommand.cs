using System.CommandLine;
using ClaudeCluster.Coordinator;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.GitHub;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster coordinator</c>: hub, API and the agents' door, on one port.</summary>
internal static class CoordinatorCommand
{
    public static Command Create(CommandLine.Invocation invocation)
    {
        var listening = new ListenOptions("127.0.0.1:8080", "Address and port of hub and API.");
        var leases = new LeaseOptions();
        var (gitHub, reconciler) = (new GitHubChoice(), new ReconcilerChoice());
        var store = new Option<string?>("--store")
        {
            Description = "A file, postgresql://user@host/database, or 'memory'. Default: DATABASE_URL, else a file in your state folder.",
            HelpName = "STORE",
        };
        var elsewhere = HubConnection.Choice.Create("Use a hub elsewhere; agents connect to it themselves.");
        var own = new Option<string?>("--operator-token-from") { Description = "An environment variable that holds the operator's token. Default: one is made at the first start.", HelpName = "VARIABLE" };
        var command = new Command(
            "coordinator",
            "Serves the task hub and the API, by which agents take and report their work, until it is stopped. It always asks for a credential.\n"
            + "With a login for GitHub it runs the flows too: events come by the webhook (WEBHOOK_SECRET) or from 'claude-cluster trigger'.\n\n"
            + "Example: claude-cluster coordinator\n"
            + "Example: claude-cluster coordinator --listen 0.0.0.0:8080 --store postgresql://me@db/cluster")
        {
            store, own,
        };
        elsewhere.AddTo(command);
        listening.AddTo(command);
        leases.AddTo(command);
        gitHub.AddTo(command);
        reconciler.AddTo(command);

        return invocation.With(command, async (parsed, output, cancellationToken) =>
        {
            var host = invocation.Host;
            var listen = listening.Read(parsed, host, hasCredential: true, makesCertificate: true);
            using var certificate = listen.Certificate;
            var (webhook, looks) = (GitHubChoice.WebhookListen(host, listen.Address), reconciler.Read(parsed, host));
            var token = Serving.Credential(host, own.Name, parsed.GetValue(own));
            using var logs = new OutputLogs(output, host);
            // Events, agents and refusals are told of; each step of the hub is not.
            using var told = new OutputLogs(output, host, LogLevel.Information);
            var chosen = HubStore.Of(parsed.GetValue(store) ?? host.Variable("DATABASE_URL"), host, logs);
            await using var hub = elsewhere.Read(parsed, host) is { } connection
                ? await CoordinatorHub.ElsewhereAsync(connection, chosen, host, logs, cancellationToken)
                : await CoordinatorHub.OwnAsync(chosen, leases.Read(parsed, chosen), host, logs, cancellationToken);
            await using var service = gitHub.Open(parsed, host, new RecordedPosts(chosen.Records, host.Time));
            var options = new CoordinatorOptions
            {
                Listen = listen.Address,
                Records = chosen.Records,
                Hub = hub.Own,
                HubElsewhere = hub.Elsewhere,
                Certificate = certificate,
                OperatorToken = token,
                GitHub = service,
                Feedback = service,
                PushCredentials = service,
                Runners = service,
                LostEvents = service?.LostEvents,
                Reconciler = looks,
                WebhookSecret = GitHubChoice.WebhookSecret(host),
                WebhookListen = webhook,
                TriggerToken = GitHubChoice.TriggerToken(host),
                IsSound = chosen.IsSound,
            };
            await using var app = await Serving.StartAsync(listen.Address, () => CoordinatorApp.StartAsync(options, host.Time, told, cancellationToken));
            Tell(output, app, chosen, listen, hub, options);
            await Serving.UntilCancelledAsync(cancellationToken);
            output.Note("Stopping: no more work is handed out.");
            return ExitCode.Done;
        });
    }

    private static void Tell(Output output, CoordinatorApp app, HubStore store, ListenChoice listen, CoordinatorHub hub, CoordinatorOptions options)
    {
        var address = app.Address.ToString().TrimEnd('/');
        var webhook = $"{(app.WebhookAddress ?? app.Address).ToString().TrimEnd('/')}/webhook/github";
        output.Answer(new
        {
            Address = address,
            Store = store.Name,
            Hub = hub.Name ?? address,
            OperatorToken = app.FreshOperatorToken,
            CertificateFingerprint = listen.Fingerprint,
            RunsFlows = options.GitHub is not null,
            Webhook = options is { GitHub: not null, WebhookSecret: not null } ? webhook : null,
        });
        output.Line($"The coordinator listens on {address}");
        output.Line($"Stored in {store.Name}");
        if (hub.Name is { } elsewhere)
            output.Line($"The task hub is {elsewhere}; agents connect to it themselves.");
        output.Line(options switch
        {
            { GitHub: null } => "No login for GitHub was given, so no flows run here; agents may take work of the hub all the same.",
            { WebhookSecret: null } => "Flows run here; events come from jobs of GitHub Actions (WEBHOOK_SECRET is not set, so the webhook is closed).",
            _ => $"Flows run here; GitHub's webhook is {webhook}",
        });
        if ((options.GitHub as GitHubService)?.Warning is { } warning)
            output.Note(warning);
        if (listen.Fingerprint is { } fingerprint)
            output.Line($"Certificate (SHA-256): {fingerprint}");
        if (app.FreshOperatorToken is { } fresh)
            output.Line($"Operator's token, shown this once: {fresh}");
        if (listen.IsReadable)
            output.Bad("Anybody on this network can read along, credentials too: --insecure-lan was given.");
        output.Line("Ctrl-C stops it.");
    }
}

/// <summary>The hub that a coordinator serves, or the one elsewhere that it asks.</summary>
internal sealed record CoordinatorHub(LocalTaskHub? Own, RemoteTaskHub? Elsewhere, string? Name, HubStore? Store) : IAsyncDisposable
{
    public static async Task<CoordinatorHub> OwnAsync(HubStore store, LocalTaskHubOptions options, HostEnvironment host, OutputLogs logs, CancellationToken cancellation)
    {
        var hub = new LocalTaskHub(store.Store, host.Time, logs, options with { MaximumPayloadBytes = CoordinatorOptions.LargestPayload });
        try
        {
            await hub.OpenAsync(cancellation);
            return new CoordinatorHub(hub, null, null, null);
        }
        catch
        {
            await hub.DisposeAsync();
            throw;
        }
    }

    /// <summary>The store then holds only the coordinator's records.</summary>
    public static async Task<CoordinatorHub> ElsewhereAsync(HubConnection connection, HubStore store, HostEnvironment host, OutputLogs logs, CancellationToken cancellation)
    {
        await store.Store.OpenAsync(cancellation);
        return new CoordinatorHub(null, connection.Open(host, logs), connection.Address.ToString(), store);
    }

    public async ValueTask DisposeAsync()
    {
        if (Own is not null)
            await Own.DisposeAsync();
        if (Elsewhere is not null)
            await Elsewhere.DisposeAsync();
        if (Store is not null)
            await Store.Store.DisposeAsync();
    }
}
