using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClaudeCluster.Runner;

/// <summary>A certificate that this machine made for itself: agents know it by its fingerprint, so it stays the same from start to start.</summary>
internal static class OwnCertificate
{
    private const int Years = 10;

    /// <exception cref="BadInputException">What was kept cannot be used.</exception>
    public static X509Certificate2 Open(HostEnvironment host, IPAddress listen)
    {
        var file = Path.Combine(host.StateFolder, "claude-cluster", "coordinator.pem");
        if (!File.Exists(file))
            Make(file, listen, host.Time.GetUtcNow());
        return ListenAddress.ReadCertificate(file, null)!;
    }

    private static void Make(string file, IPAddress listen, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ClaudeCluster coordinator", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        if (!listen.Equals(IPAddress.Any) && !listen.Equals(IPAddress.IPv6Any))
            names.AddIpAddress(listen);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(Years));
        PrivateFiles.MakeFolder(Path.GetDirectoryName(file)!);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new StreamWriter(file, options);
        stream.Write(certificate.ExportCertificatePem());
        stream.Write('\n');
        stream.Write(key.ExportPkcs8PrivateKeyPem());
        stream.Write('\n');
    }
}
