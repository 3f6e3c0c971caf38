namespace ClaudeCluster.Agent;

/// <summary>
/// PURE. Where a submodule is fetched from: the server of the repository itself and no other, by the way on which the repository is reached, because
/// that is where the attempt's credential may go. An agent has no ssh key, so <c>git@host:owner/name</c> is asked for there too.
/// </summary>
internal static class SubmoduleAddress
{
    private const string Place = ".gitmodules";

    /// <exception cref="BadInputException">It is elsewhere, or not an address.</exception>
    public static string Resolve(string repository, string path, string url)
    {
        if (path.StartsWith('-') || url.StartsWith('-') || url.Length == 0 || url.Any(char.IsControl))
            throw Refused(path, url, "is no address");
        if (url.StartsWith("./", StringComparison.Ordinal) || url.StartsWith("../", StringComparison.Ordinal))
            return Beside(repository, path, url);
        if (!Uri.TryCreate(repository, UriKind.Absolute, out var own) || own.IsFile)
            throw Refused(path, url, "is not beside the repository, which is a folder of this PC");
        var (host, port, inner) = Parse(url) ?? throw Refused(path, url, "is neither https nor ssh");
        if (!host.Equals(own.Host, StringComparison.OrdinalIgnoreCase) || (port is { } other && other != own.Port))
            throw Refused(path, url, $"is not on {own.Authority}");
        return $"{own.GetLeftPart(UriPartial.Authority)}/{inner.TrimStart('/')}";
    }

    /// <returns>Host, port if it counts, and path; null: another kind of address.</returns>
    private static (string Host, int? Port, string Path)? Parse(string url)
    {
        if (Uri.TryCreate(url, UriKind.Absolute, out var absolute) && url.Contains("://", StringComparison.Ordinal))
        {
            return absolute.Scheme switch
            {
                "https" or "http" => (absolute.Host, absolute.Port, absolute.AbsolutePath),
                "ssh" => (absolute.Host, null, absolute.AbsolutePath),
                _ => null,
            };
        }
        // user@host:path; "ext::command" has no name before a single colon.
        var colon = url.IndexOf(':', StringComparison.Ordinal);
        var host = colon < 0 ? string.Empty : url[(url.IndexOf('@', StringComparison.Ordinal) is var at && at < colon ? at + 1 : 0)..colon];
        return host.Length == 0 || host.Contains('/', StringComparison.Ordinal) || url[(colon + 1)..].StartsWith(':') ? null : (host, null, url[(colon + 1)..]);
    }

    private static string Beside(string repository, string path, string url)
    {
        var root = Uri.TryCreate(repository, UriKind.Absolute, out var own) && !own.IsFile ? own.GetLeftPart(UriPartial.Authority) : string.Empty;
        var folders = repository[root.Length..].TrimEnd('/');
        for (var rest = url; ;)
        {
            if (rest.StartsWith("./", StringComparison.Ordinal))
            {
                rest = rest[2..];
            }
            else if (rest.StartsWith("../", StringComparison.Ordinal))
            {
                if (folders.LastIndexOf('/') is var slash && slash < 0)
                    throw Refused(path, url, "leads out of the server");
                (rest, folders) = (rest[3..], folders[..slash]);
            }
            else
            {
                return rest.Split('/').Contains("..") ? throw Refused(path, url, "is no address") : $"{root}{folders}/{rest}";
            }
        }
    }

    private static BadInputException Refused(string path, string url, string why) => new(
        Place,
        $"The submodule {path} is not fetched: '{url}' {why}.",
        "Use a relative address, or one of the repository's own server; or set 'submodules: false' below 'repositories' in agent.yml, which leaves the folders of submodules empty.");
}
