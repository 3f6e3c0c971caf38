using System.Net;

namespace ClaudeCluster.Agent;

/// <summary>Where a repository is, and how this attempt gets a credential for it, freshly for each contact.</summary>
/// <param name="Address">An absolute path, or a URL without credentials.</param>
internal sealed record GitSource(string Address, AgentTask Task, PushCredentialSource? Credentials)
{
    /// <summary>The place, for one command that fetches or pushes.</summary>
    /// <exception cref="HostNotReadyException">There is a credential, and it would be sent in the clear.</exception>
    public async Task<GitPlace> ContactAsync(GitPlace place, CancellationToken cancellationToken)
    {
        // A folder of this PC asks nobody.
        if (Credentials is null || !Uri.TryCreate(Address, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
            return place;
        if (url.Scheme == Uri.UriSchemeHttp && !(IPAddress.TryParse(url.Host, out var address) ? IPAddress.IsLoopback(address) : url.Host == "localhost"))
            throw new HostNotReadyException($"The credential for {url.Host} would be sent in the clear.", "Give the repository's https address.");
        return place with { Credential = await Credentials(Task, cancellationToken), CredentialFor = url.GetLeftPart(UriPartial.Authority) };
    }
}
