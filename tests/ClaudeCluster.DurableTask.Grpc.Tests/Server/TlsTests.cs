using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ClaudeCluster.DurableTask.Grpc.Client;
using ClaudeCluster.DurableTask.Grpc.Server;
using ClaudeCluster.DurableTask.Hub;
using ClaudeCluster.DurableTask.Storage;

namespace ClaudeCluster.DurableTask.Grpc.Tests.Server;

public sealed class TlsTests
{
    [Fact]
    public async Task A_hub_behind_TLS_is_used_by_who_knows_its_certificate_and_by_nobody_else()
    {
        using var certificate = NewCertificate();
        await using var hub = new LocalTaskHub(new MemoryHubStore(), TimeProvider.System);
        await hub.OpenAsync();
        var hubs = new Dictionary<string, LocalTaskHub>(StringComparer.Ordinal) { ["default"] = hub };
        await using var host = await TaskHubHost.StartAsync(
            new IPEndPoint(IPAddress.Loopback, 0), hubs, new TaskHubServerOptions(), TimeProvider.System, null, certificate);
        Assert.Equal(Uri.UriSchemeHttps, host.Address.Scheme);

        Assert.Null(await GetAsync(certificate.GetCertHashString(HashAlgorithmName.SHA256)));
        foreach (var fingerprint in new[] { null, new string('0', 64) })
            Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => GetAsync(fingerprint))).StatusCode);

        async Task<object?> GetAsync(string? fingerprint)
        {
            var options = new RemoteTaskHubOptions { CertificateFingerprint = fingerprint, Patience = TimeSpan.Zero, Token = new StaticHubToken("ignored") };
            await using var remote = new RemoteTaskHub(new HubAddress(host.Address), options, TimeProvider.System, new Random(1));
            return await remote.GetAsync("none", payloads: false);
        }
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
