using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using ClaudeCluster.DurableTask.Grpc.Server;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster hub</c>: a task hub for any Durable Task SDK.</summary>
internal static class HubCommand
{
    public static Command Create(CommandLine.Invocation invocation)
    {
        var listening = new ListenOptions("127.0.0.1:4001", "Address and port. 4001 is where Durable Task SDKs look by themselves.");
        var leases = new LeaseOptions();
        var store = new Option<string?>("--store")
        {
            Description = "A hub file, postgresql://user@host/database, or 'memory'. Default: a file in your state folder.",
            HelpName = "STORE",
        };
        var taskHub = new Option<string>("--task-hub")
        {
            Description = "The hub's name for SDKs that send one (header taskhub).",
            HelpName = "NAME",
            DefaultValueFactory = _ => "default",
        };
        var token = new Option<string?>("--token-from") { Description = "An environment variable that holds the credential to ask for. Needed beyond this machine.", HelpName = "VARIABLE" };
        var command = new Command(
            "hub",
            "Serves a durable task hub to any Durable Task SDK (.NET, JavaScript, Python, Java) until it is stopped.\n"
            + "On this machine's own address it is open to every program here, as a development tool is. Beyond it, it asks for a credential.\n\n"
            + "Example: claude-cluster hub\n"
            + "Example: claude-cluster hub --store postgresql://me@db/flows --listen 0.0.0.0:4001 --token-from HUB_TOKEN --certificate hub.pem --key hub.key")
        {
            store, taskHub, token,
        };
        listening.AddTo(command);
        leases.AddTo(command);

        return invocation.With(command, async (parsed, output, cancellationToken) =>
        {
            var host = invocation.Host;
            var secret = Serving.Credential(host, token.Name, parsed.GetValue(token));
            var listen = listening.Read(parsed, host, secret is not null, makesCertificate: false);
            using var tls = listen.Certificate;
            using var logs = new OutputLogs(output, host);
            var chosen = HubStore.Of(parsed.GetValue(store), host, logs);
            await using var hub = new LocalTaskHub(chosen.Store, host.Time, logs, leases.Read(parsed, chosen));
            await hub.OpenAsync(cancellationToken);
            var hubs = new Dictionary<string, LocalTaskHub>(StringComparer.Ordinal) { [parsed.GetValue(taskHub)!] = hub };
            var options = new TaskHubServerOptions { Access = AccessWith(secret) };
            await using var server = await Serving.StartAsync(
                listen.Address, () => TaskHubHost.StartAsync(listen.Address, hubs, options, host.Time, logs, tls, cancellationToken));

            output.Answer(new { Address = server.Address.ToString().TrimEnd('/'), TaskHub = parsed.GetValue(taskHub), Store = chosen.Name });
            output.Line($"The task hub '{parsed.GetValue(taskHub)}' listens on {server.Address.ToString().TrimEnd('/')}");
            output.Line($"Stored in {chosen.Name}");
            if (secret is null)
                output.Line("Open to every program on this machine. Ctrl-C stops it.");
            await Serving.UntilCancelledAsync(cancellationToken);
            output.Note("Stopping: no more work is handed out.");
            return ExitCode.Done;
        });
    }

    /// <summary>The comparison takes as long for a wrong credential as for the right one.</summary>
    private static Func<string?, HubGrant?> AccessWith(string? secret)
    {
        if (secret is null)
            return static _ => HubGrant.Everything;
        var expected = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        return given => given is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), expected) ? HubGrant.Everything : null;
    }
}
