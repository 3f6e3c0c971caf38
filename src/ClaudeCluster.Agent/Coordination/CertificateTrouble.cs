using System.Security.Authentication;

namespace ClaudeCluster.Agent;

/// <summary>A connection that was not made because of TLS, in words that say what to do.</summary>
public static class CertificateTrouble
{
    /// <param name="failure">Of a call, with all that is inside.</param>
    /// <param name="address">What was called.</param>
    /// <param name="fingerprint">Of the only certificate that was wanted; null: the machine's authorities decide.</param>
    /// <returns>Null: it was something else.</returns>
    public static Problem? Of(Exception failure, Uri address, string? fingerprint)
    {
        Exception? inner = failure;
        while (inner is not null and not AuthenticationException)
            inner = inner.InnerException;
        if (inner is null)
            return null;
        var place = address.GetLeftPart(UriPartial.Authority);
        if (!inner.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase))
            return new(place, $"{place} does not speak TLS as it should: {inner.Message}", "See whether its address begins with http:// there.");
        return fingerprint is null
            ? new(place, $"The certificate of {place} is not trusted on this PC: {inner.Message}", "Set 'certificate_fingerprint' in agent.yml to the one that the coordinator printed, or trust the certificate: copy it to /usr/local/share/ca-certificates and call update-ca-certificates.")
            : new(place, $"The certificate of {place} is not the one of 'certificate_fingerprint'.", "Set 'certificate_fingerprint' in agent.yml to the one that the coordinator printed. If that is what stands there, another machine answers in its place.");
    }
}
