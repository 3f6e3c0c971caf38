using System.Net.Http.Headers;

namespace ClaudeCluster.GitHub;

/// <summary>PURE. GitHub says where the next page is (<c>Link: &lt;url&gt;; rel="next"</c>); page addresses are never made up.</summary>
internal static class LinkHeader
{
    /// <returns>Null: this is the last page, or the address is none of GitHub's.</returns>
    public static Uri? Next(HttpResponseHeaders headers, GitHubAddress address)
    {
        if (!headers.TryGetValues("Link", out var values))
            return null;
        return values.SelectMany(value => value.Split(", <"))
            .Where(link => link.Contains("rel=\"next\"", StringComparison.Ordinal))
            .Select(link => link.TrimStart(' ', '<').Split('>')[0])
            .Select(text => Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : null)
            .FirstOrDefault(url => url is not null && address.Trusts(url));
    }
}
