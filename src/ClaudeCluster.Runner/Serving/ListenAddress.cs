using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClaudeCluster.Runner;

/// <summary>Where to listen, and whether that is safe: beyond this machine only with TLS, or where the user says that the network is trusted.</summary>
internal static class ListenAddress
{
    /// <exception cref="BadInputException">It is no address of this machine.</exception>
    public static IPEndPoint Parse(string text)
    {
        var named = text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? $"127.0.0.1:{text["localhost:".Length..]}" : text;
        return named.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(named, out var listen)
            ? listen
            : throw new BadInputException("--listen", $"'{text}' is no address and port.", "Write it as 127.0.0.1:4001, [::1]:4001 or 0.0.0.0:4001; port 0 takes a free one.");
    }

    /// <exception cref="BadInputException">Others could read what is sent, or use the hub.</exception>
    public static void Check(IPEndPoint listen, bool hasToken, bool hasCertificate, bool isInsecureAllowed)
    {
        if (IPAddress.IsLoopback(listen.Address))
            return;
        if (!hasToken)
            throw new BadInputException("--listen", $"{listen} can be reached from other machines, and no credential is asked for.", "Name the environment variable that holds the credential with --token-from, or listen on 127.0.0.1.");
        if (!hasCertificate && !isInsecureAllowed)
            throw new BadInputException("--listen", $"{listen} can be reached from other machines, and without TLS the credential can be read on the way.", "Give --certificate and --key, or --insecure-lan on a network where you trust everyone.");
    }

    /// <exception cref="BadInputException">The files do not hold a certificate and its key.</exception>
    public static X509Certificate2? ReadCertificate(string? certificate, string? key)
    {
        if (certificate is null)
            return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException("--certificate", $"{certificate} cannot be used: {failure.Message}", "Give a certificate and its private key as PEM files.");
        }
    }
}
