using System.CommandLine;
using ClaudeCluster.DurableTask.Grpc.Client;
using Microsoft.Extensions.Logging;

namespace ClaudeCluster.Runner;

/// <summary>A hub elsewhere, as <c>--hub</c> and its options name it: one of ours, Azure's Durable Task Scheduler, its emulator, or any sidecar.</summary>
internal sealed record HubConnection(HubAddress Address, RemoteTaskHubOptions Options)
{
    /// <summary>The options of a command that may use a hub elsewhere.</summary>
    internal sealed record Choice(Option<string?> Hub, Option<string?> TokenFrom, Option<string?> Fingerprint)
    {
        /// <param name="description">What the hub is for in this command.</param>
        public static Choice Create(string description) => new(
            new Option<string?>("--hub")
            {
                Description = $"{description} An address, or 'Endpoint=https://…;TaskHub=…;Authentication=…'.",
                HelpName = "CONNECTION",
            },
            new Option<string?>("--hub-token-from") { Description = "The environment variable that holds the hub's credential.", HelpName = "VARIABLE" },
            new Option<string?>("--hub-fingerprint") { Description = "SHA-256 of the only certificate that is the hub's, where no authority has signed it.", HelpName = "HEX" });

        public void AddTo(Command command)
        {
            command.Add(Hub);
            command.Add(TokenFrom);
            command.Add(Fingerprint);
        }

        /// <returns>Null: no hub was named.</returns>
        /// <exception cref="BadInputException">It cannot be used so.</exception>
        public HubConnection? Read(ParseResult parsed, HostEnvironment host) => parsed.GetValue(Hub) is { } text
            ? Parse(text, parsed.GetValue(TokenFrom), parsed.GetValue(Fingerprint), host)
            : null;
    }

    /// <exception cref="BadInputException">It cannot be used so.</exception>
    public static HubConnection Parse(string text, string? tokenVariable, string? fingerprint, HostEnvironment host)
    {
        var address = AddressOf(text, "--hub");
        if (tokenVariable is not null && host.Variable(tokenVariable) is null)
            throw new BadInputException("--hub-token-from", $"The environment variable {tokenVariable} is not set.", "Set it to the hub's credential.");
        if (tokenVariable is null && address is { Authentication: not null, SendsNoCredential: false })
            throw new BadInputException("--hub", $"Authentication={address.Authentication} needs a token.", "Put an access token of the hub into an environment variable, and name it with --hub-token-from.");
        if (tokenVariable is not null && address.IsInTheClear)
            throw new BadInputException("--hub", "The credential could be read on its way.", "Use an https:// address.");
        return new HubConnection(address, new RemoteTaskHubOptions
        {
            Token = tokenVariable is null ? null : new EnvironmentHubToken(host.Variable, tokenVariable),
            CertificateFingerprint = fingerprint,
        });
    }

    /// <param name="text">As a person wrote it.</param>
    /// <param name="place">Where.</param>
    /// <exception cref="BadInputException">It is no address.</exception>
    public static HubAddress AddressOf(string text, string place)
    {
        try
        {
            return HubAddress.Parse(text);
        }
        catch (FormatException failure)
        {
            throw new BadInputException(place, failure.Message, "Write it as 127.0.0.1:4001, https://host:port, or a connection string.");
        }
    }

    public RemoteTaskHub Open(HostEnvironment host, ILoggerFactory? logs = null) => new(Address, Options, host.Time, host.Chance, logs);
}
