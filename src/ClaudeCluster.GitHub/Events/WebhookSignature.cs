using System.Security.Cryptography;
using System.Text;

namespace ClaudeCluster.GitHub;

/// <summary>
/// PURE. Whether a webhook's body comes from somebody who knows its secret: HMAC-SHA-256 over the bytes as they came, before anybody has
/// read them as anything.
/// </summary>
public static class WebhookSignature
{
    /// <summary>Where GitHub writes it.</summary>
    public const string Header = "X-Hub-Signature-256";

    private const string Prefix = "sha256=";

    /// <summary>The header's value for a body.</summary>
    public static string Of(ReadOnlySpan<byte> body, string secret) =>
        Prefix + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    /// <param name="body">All of it, as it came.</param>
    /// <param name="signature">The header's value; null or anything that is no signature is not good.</param>
    /// <param name="secret">The webhook's own. An empty one would make everybody's signature good, so none is.</param>
    public static bool IsGood(ReadOnlySpan<byte> body, string? signature, string secret)
    {
        if (secret.Length == 0 || signature?.StartsWith(Prefix, StringComparison.Ordinal) != true)
            return false;

        // In a time that does not tell how much of it was right.
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Of(body, secret)), Encoding.UTF8.GetBytes(signature));
    }
}
