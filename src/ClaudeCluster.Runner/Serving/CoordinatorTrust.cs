using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ClaudeCluster.Runner;

/// <summary>Whether the certificate that was shown is the coordinator's: the one of the fingerprint, or one that an authority of this machine has signed.</summary>
/// <param name="fingerprint">SHA-256 in hexadecimal; null: the machine's authorities decide.</param>
internal sealed class CoordinatorTrust(string? fingerprint)
{
    /// <summary>How <c>--fingerprint</c> is given without saying it each time.</summary>
    public const string Variable = "CLAUDE_CLUSTER_FINGERPRINT";

    private const string HowToPin = $"give it by --fingerprint or {Variable}";

    /// <summary>Why the one that was shown last is not taken for it; null: it is.</summary>
    public Problem? Problem { get; private set; }

    public bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors, Uri address)
    {
        var shown = certificate?.GetCertHashString(HashAlgorithmName.SHA256);
        Problem = fingerprint is null
            ? errors == SslPolicyErrors.None ? null : NotTrusted(errors, shown, address)
            : string.Equals(shown, fingerprint, StringComparison.OrdinalIgnoreCase) ? null : AnotherOne(shown, address);
        return Problem is null;
    }

    /// <param name="text">As it was printed, or as <c>openssl x509 -fingerprint -sha256</c> writes it.</param>
    /// <param name="place">Where it stands.</param>
    /// <exception cref="BadInputException">It is no fingerprint.</exception>
    public static string? Read(string? text, string place)
    {
        var digits = text?.Replace(":", string.Empty, StringComparison.Ordinal);
        return digits is null || (digits.Length == 2 * SHA256.HashSizeInBytes && digits.All(char.IsAsciiHexDigit))
            ? digits
            : throw new BadInputException(place, "This is no SHA-256 fingerprint.", "Write 64 hexadecimal digits, as the coordinator printed them.");
    }

    private static Problem NotTrusted(SslPolicyErrors errors, string? shown, Uri address) => new(
        Place(address),
        errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && !errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)
            ? $"The certificate is not for '{address.Host}'."
            : $"This machine does not trust the certificate; its fingerprint is {shown}.",
        $"If the coordinator printed this one, {HowToPin}; or let this machine trust the certificate, by a name that it bears.");

    private static Problem AnotherOne(string? shown, Uri address) => new(
        Place(address),
        $"The certificate has another fingerprint than the one that was given: {shown}.",
        $"If the coordinator prints this one at its start, {HowToPin}. If not, something else answers there.");

    private static string Place(Uri address) => address.GetLeftPart(UriPartial.Authority);
}

/// <summary>What answers has not shown the coordinator's certificate. Trying again does not help.</summary>
internal sealed class UntrustedCoordinatorException(Problem problem) : Exception(problem.Reason)
{
    public Problem Problem { get; } = problem;
}
