using System.Security.Cryptography;
using System.Text;

namespace ClaudeCluster.GitHub;

/// <summary>PURE. Whether a webhook's body is from somebody who knows the secret: HMAC-SHA-256 over the raw bytes, as GitHub's <c>X-Hub-Signature-256</c> has it.</summary>
public static class WebhookSignature
{
    private const string Prefix = "sha256=";

    /// <summary>The header's value for a body.</summary>
    public static string Of(ReadOnlySpan<byte> body, string secret) =>
        Prefix + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));

    /// <summary>Takes as long for a wrong signature as for the right one.</summary>
    /// <param name="body">The bytes as they came.</param>
    /// <param name="header">Null if there was none.</param>
    /// <param name="secret">As it stands in the webhook's settings.</param>
    public static bool Matches(ReadOnlySpan<byte> body, string? header, string secret)
    {
        if (header?.StartsWith(Prefix, StringComparison.Ordinal) != true)
            return false;
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return header.Length == Prefix.Length + (given.Length * 2)
            && Convert.FromHexString(header.AsSpan(Prefix.Length), given, out _, out _) == System.Buffers.OperationStatus.Done
            && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body), given);
    }
}
