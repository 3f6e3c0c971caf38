using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ClaudeCluster.Agent;
using ClaudeCluster.DurableTask.Grpc.Server;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.Runner;

/// <summary><c>claude-cluster hub</c>: a task hub for any Durable Task SDK.</summary>
internal static class HubCommand
{
    public static Command Create(CommandLine.Invocation invocation)
    {
        var listen = new Option<string>("--listen")
        {
            Description = "Address and port. 4001 is where Durable Task SDKs look by themselves.",
            HelpName = "ADDRESS:PORT",
            DefaultValueFactory = _ => "127.0.0.1:4001",
        };
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
        var certificate = new Option<string?>("--certificate") { Description = "A PEM file: listen with TLS.", HelpName = "FILE" };
        var key = new Option<string?>("--key") { Description = "The certificate's private key, if it is in a file of its own.", HelpName = "FILE" };
        var insecure = new Option<bool>("--insecure-lan") { Description = "Listen beyond this machine without TLS." };
        var lease = new Option<int>("--lease")
        {
            Description = "For how many seconds a worker that went away keeps what it holds.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 60,
        };
        var grace = new Option<int>("--grace")
        {
            Description = "For how many seconds, after a start, activities stay with those who held them before.",
            HelpName = "SECONDS",
            DefaultValueFactory = _ => 180,
        };
        var command = new Command(
            "hub",
            "Serves a durable task hub to any Durable Task SDK (.NET, JavaScript, Python, Java) until it is stopped.\n"
            + "On this machine's own address it is open to every program here, as a development tool is. Beyond it, it asks for a credential.\n\n"
            + "Example: claude-cluster hub\n"
            + "Example: claude-cluster hub --store postgresql://me@db/flows --listen 0.0.0.0:4001 --token-from HUB_TOKEN --certificate hub.pem --key hub.key")
        {
            listen, store, taskHub, token, certificate, key, insecure, lease, grace,
        };
        foreach (var seconds in new[] { lease, grace })
        {
            seconds.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() is < 1 or > 86_400)
                    result.AddError($"{result.Option.Name} takes 1 to 86400 seconds.");
            });
        }

        return invocation.With(command, async (parsed, output, cancellationToken) =>
        {
            var host = invocation.Host;
            var address = ListenAddress.Parse(parsed.GetValue(listen)!);
            var secret = Credential(host, parsed.GetValue(token));
            using var tls = ListenAddress.ReadCertificate(FullPath(host, parsed.GetValue(certificate)), FullPath(host, parsed.GetValue(key)));
            ListenAddress.Check(address, secret is not null, tls is not null, parsed.GetValue(insecure));
            using var logs = new OutputLogs(output, OutputLogs.LevelOf(host));
            var chosen = HubStore.Of(parsed.GetValue(store), host, logs);
            var options = chosen.Options(TimeSpan.FromSeconds(parsed.GetValue(lease)), TimeSpan.FromSeconds(parsed.GetValue(grace)));
            await using var hub = new LocalTaskHub(chosen.Store, host.Time, logs, options);
            await hub.OpenAsync(cancellationToken);
            var hubs = new Dictionary<string, LocalTaskHub>(StringComparer.Ordinal) { [parsed.GetValue(taskHub)!] = hub };
            await using var server = await StartAsync(address, hubs, new TaskHubServerOptions { Access = AccessWith(secret) }, host.Time, logs, tls);

            output.Answer(new { Address = server.Address.ToString().TrimEnd('/'), TaskHub = parsed.GetValue(taskHub), Store = chosen.Name });
            output.Line($"The task hub '{parsed.GetValue(taskHub)}' listens on {server.Address.ToString().TrimEnd('/')}");
            output.Line($"Stored in {chosen.Name}");
            if (secret is null)
                output.Line("Open to every program on this machine. Ctrl-C stops it.");
            await UntilCancelledAsync(cancellationToken);
            output.Note("Stopping: no more work is handed out.");
            return ExitCode.Done;
        });
    }

    private static async Task<TaskHubHost> StartAsync(
        IPEndPoint listen,
        IReadOnlyDictionary<string, LocalTaskHub> hubs,
        TaskHubServerOptions options,
        TimeProvider time,
        OutputLogs logs,
        X509Certificate2? certificate)
    {
        try
        {
            return await TaskHubHost.StartAsync(listen, hubs, options, time, logs, certificate);
        }
        catch (IOException failure)
        {
            throw new HostNotReadyException($"{listen} cannot be listened on: {failure.Message}", "Stop what listens there, or choose another port with --listen.");
        }
    }

    private static string? FullPath(HostEnvironment host, string? file) => file is null ? null : host.FullPath(file);

    private static string? Credential(HostEnvironment host, string? variable) => variable is null
        ? null
        : host.Variable(variable)?.Trim() is { Length: >= 16 } secret
            ? secret
            : throw new BadInputException("--token-from", $"The environment variable {variable} is missing or shorter than 16 characters.", "Set it to a long random text, such as 'openssl rand -hex 32' prints.");

    /// <summary>The comparison takes as long for a wrong credential as for the right one.</summary>
    private static Func<string?, HubGrant?> AccessWith(string? secret)
    {
        if (secret is null)
            return static _ => HubGrant.Everything;
        var expected = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        return given => given is not null && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), expected) ? HubGrant.Everything : null;
    }

    private static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(stopped.SetResult);
        await stopped.Task;
    }
}
