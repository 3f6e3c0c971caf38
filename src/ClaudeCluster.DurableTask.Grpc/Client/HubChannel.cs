using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClaudeCluster.DurableTask.Grpc.Wire;

namespace ClaudeCluster.DurableTask.Grpc.Client;

/// <summary>The connection to a hub, and the headers that every call carries.</summary>
internal static class HubChannel
{
    /// <summary>A connection that does not answer a ping is dead, however long TCP would wait.</summary>
    private static readonly TimeSpan PingAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <exception cref="ArgumentException">The credential would be readable on the network.</exception>
    public static GrpcChannel Open(HubAddress address, RemoteTaskHubOptions options, TimeProvider time)
    {
        if (options.Token is not null && address.IsInTheClear && !options.AllowInsecureCredential)
        {
            throw new ArgumentException(
                $"The credential for {address} would go over the network in the clear. Use https://, or allow it where you trust everyone on that network.", nameof(address));
        }

        var handler = new SocketsHttpHandler
        {
            // A connection carries a limited number of calls, and waits are long ones.
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = PingAfter,
            KeepAlivePingTimeout = PingLimit,
            ConnectTimeout = ConnectLimit,
            UseCookies = false,
            AllowAutoRedirect = false,
        };
        if (options.CertificateFingerprint is { } fingerprint)
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => IsPinned(certificate, fingerprint);
        return new GrpcChannel(
            new HttpMessageInvoker(handler), address.Endpoint, cancellation => HeadersAsync(address, options, cancellation), options.MaximumMessageBytes, time);
    }

    private static bool IsPinned(X509Certificate? certificate, string fingerprint) =>
        certificate is not null && string.Equals(certificate.GetCertHashString(HashAlgorithmName.SHA256), fingerprint, StringComparison.OrdinalIgnoreCase);

    private static async ValueTask<IReadOnlyDictionary<string, string>> HeadersAsync(HubAddress address, RemoteTaskHubOptions options, CancellationToken cancellation)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { [Headers.TaskHub] = address.TaskHub };
        if (options.Token is { } source && !address.SendsNoCredential && await source.GetTokenAsync(cancellation) is { } token)
            headers["authorization"] = $"Bearer {token}";
        return headers;
    }
}
