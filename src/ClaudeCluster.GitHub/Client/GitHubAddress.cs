namespace ClaudeCluster.GitHub;

/// <summary>Where GitHub's API is. GitHub Enterprise Server has its own, so the address is always configured and never a constant in a call.</summary>
/// <param name="Api">The root of the REST API, as in <c>https://api.github.com</c> or <c>https://HOST/api/v3</c>.</param>
/// <param name="GraphQl">The one address of the GraphQL API.</param>
public sealed record GitHubAddress(Uri Api, Uri GraphQl)
{
    private const string ServerSuffix = "/api/v3";

    /// <value>github.com's API.</value>
    public static GitHubAddress Default { get; } = new(new("https://api.github.com"), new("https://api.github.com/graphql"));

    /// <param name="apiUrl">As in <c>GITHUB_API_URL</c>; null or empty: github.com.</param>
    /// <param name="graphQlUrl">As in <c>GITHUB_GRAPHQL_URL</c>; null or empty: the one that belongs to <paramref name="apiUrl"/>.</param>
    /// <exception cref="BadInputException">Not an address, or one that would send tokens in the clear.</exception>
    public static GitHubAddress Of(string? apiUrl, string? graphQlUrl = null)
    {
        var api = string.IsNullOrWhiteSpace(apiUrl) ? Default.Api : Parse("GITHUB_API_URL", apiUrl);
        return new(api, string.IsNullOrWhiteSpace(graphQlUrl) ? GraphQlBeside(api) : Parse("GITHUB_GRAPHQL_URL", graphQlUrl));
    }

    internal Uri At(string path) => new($"{Api.AbsoluteUri.TrimEnd('/')}{path}");

    /// <summary>A token may go there: same host, port and scheme as one of the two addresses.</summary>
    internal bool Trusts(Uri url) => SameOrigin(url, Api) || SameOrigin(url, GraphQl);

    private static bool SameOrigin(Uri one, Uri other) =>
        Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static Uri GraphQlBeside(Uri api)
    {
        var root = api.AbsoluteUri.TrimEnd('/');
        return new(root.EndsWith(ServerSuffix, StringComparison.OrdinalIgnoreCase) ? $"{root[..^ServerSuffix.Length]}/api/graphql" : $"{root}/graphql");
    }

    private static Uri Parse(string place, string text)
    {
        if (!Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0 || url.Query.Length > 0)
            throw new BadInputException(place, "It is not the address of an API.", "It should be as in https://api.github.com or https://HOST/api/v3.");
        if (url.Scheme == "http" && !url.IsLoopback)
            throw new BadInputException(place, $"'{url.Scheme}://{url.Host}' would send tokens in the clear.", "Use https; plain http is for this machine only.");
        return url;
    }
}
