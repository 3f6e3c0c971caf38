using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClaudeCluster.DurableTask.Hub;

namespace ClaudeCluster.Runner;

/// <summary>Where a serving command listens, as its command line says it.</summary>
internal sealed class ListenOptions(string defaultAddress, string description)
{
    private readonly Option<string> _listen = new("--listen") { Description = description, HelpName = "ADDRESS:PORT", DefaultValueFactory = _ => defaultAddress };
    private readonly Option<string?> _certificate = new("--certificate") { Description = "A PEM file: listen with TLS.", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--key") { Description = "The certificate's private key, if it is in a file of its own.", HelpName = "FILE" };
    private readonly Option<bool> _insecure = new("--insecure-lan") { Description = "Listen beyond this machine without TLS." };

    public void AddTo(Command command)
    {
        command.Add(_listen);
        command.Add(_certificate);
        command.Add(_key);
        command.Add(_insecure);
    }

    /// <exception cref="BadInputException">It cannot be listened on, or is not safe.</exception>
    public ListenChoice Read(ParseResult parsed, HostEnvironment host, bool hasCredential, bool makesCertificate)
    {
        var address = ListenAddress.Parse(parsed.GetValue(_listen)!);
        var certificate = ListenAddress.ReadCertificate(FullPath(host, parsed.GetValue(_certificate)), FullPath(host, parsed.GetValue(_key)));
        var isInsecure = parsed.GetValue(_insecure);
        if (makesCertificate && certificate is null && !isInsecure && !IPAddress.IsLoopback(address.Address))
            certificate = OwnCertificate.Open(host, address.Address);
        ListenAddress.Check(address, hasCredential, certificate is not null, isInsecure);
        return new ListenChoice(address, certificate);
    }

    private static string? FullPath(HostEnvironment host, string? file) => file is null ? null : host.FullPath(file);
}

/// <summary>Where to listen, and with which certificate.</summary>
internal sealed record ListenChoice(IPEndPoint Address, X509Certificate2? Certificate)
{
    /// <summary>By which agents know a certificate that no authority has signed.</summary>
    public string? Fingerprint => Certificate?.GetCertHashString(HashAlgorithmName.SHA256);

    public bool IsReadable => Certificate is null && !IPAddress.IsLoopback(Address.Address);
}

/// <summary>How long work stays with workers that are away.</summary>
internal sealed class LeaseOptions
{
    private readonly Option<int> _lease = Seconds("--lease", "For how many seconds a worker that went away keeps what it holds.", 60);
    private readonly Option<int> _grace = Seconds("--grace", "For how many seconds, after a start, activities stay with those who held them before.", 180);

    public void AddTo(Command command)
    {
        command.Add(_lease);
        command.Add(_grace);
    }

    public LocalTaskHubOptions Read(ParseResult parsed, HubStore store) =>
        store.Options(TimeSpan.FromSeconds(parsed.GetValue(_lease)), TimeSpan.FromSeconds(parsed.GetValue(_grace)));

    private static Option<int> Seconds(string name, string description, int seconds)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "SECONDS", DefaultValueFactory = _ => seconds };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 86_400)
                result.AddError($"{result.Option.Name} takes 1 to 86400 seconds.");
        });
        return option;
    }
}
