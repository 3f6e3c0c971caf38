using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>Finds out what a login may do: an App is told what it was granted; with a token, each thing is tried that changes nothing.</summary>
/// <param name="jwt">Null: it is no App.</param>
internal sealed class AccessLook(GitHubHttp http, AppJwt? jwt, GitHubClient client)
{
    /// <summary>What asks for the permission to read, and for nothing else.</summary>
    private static readonly (string Permission, string Path)[] Tries =
    [
        ("contents", "branches?per_page=1"), ("issues", "issues?per_page=1"), ("pull_requests", "pulls?per_page=1"),
        ("checks", "commits/HEAD/check-runs?per_page=1"), ("statuses", "commits/HEAD/status?per_page=1"),
        ("actions", "actions/runs?per_page=1"), ("administration", "actions/runners?per_page=1"),
    ];

    public async Task<GitHubAccess> ReadAsync(IReadOnlyList<string> repositories, CancellationToken cancellationToken)
    {
        var places = new List<AccessTo>();
        foreach (var repository in repositories)
            places.Add(new(repository, jwt is null ? await TryAsync(repository, cancellationToken) : await InstalledAsync(repository, jwt, cancellationToken)));
        if (jwt is null)
            return new("the token", KnowsWrites: false, places);
        var app = GitHubClient.Parse(Get("/app"), await http.SendAsync(Get("/app"), jwt.Write(), cancellationToken), LostEventsJson.Default.AppAnswer);
        return new($"the App {app.Slug}", KnowsWrites: true, repositories.Count > 0 ? places : await EverywhereAsync(jwt, cancellationToken));
    }

    private async Task<IReadOnlyDictionary<string, string>?> InstalledAsync(string repository, AppJwt jwt, CancellationToken cancellationToken)
    {
        var request = Get($"/repos/{repository}/installation");
        try
        {
            return Granted(GitHubClient.Parse(request, await http.SendAsync(request, jwt.Write(), cancellationToken), LostEventsJson.Default.InstallationListed));
        }
        catch (GitHubException.NotFoundOrNoAccess)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<AccessTo>> EverywhereAsync(AppJwt jwt, CancellationToken cancellationToken)
    {
        var request = Get("/app/installations?per_page=100");
        var all = GitHubClient.Parse(request, await http.SendAsync(request, jwt.Write(), cancellationToken), LostEventsJson.Default.IReadOnlyListInstallationListed);
        return [.. all.Select(found => new AccessTo(found.Account?.Login ?? $"installation {found.Id}", found.SuspendedAt is null ? Granted(found) : null))];
    }

    private static IReadOnlyDictionary<string, string> Granted(InstallationListed found) => (found.Permissions ?? new Dictionary<string, JsonElement>(StringComparer.Ordinal))
        .Where(pair => pair.Value.ValueKind == JsonValueKind.String)
        .ToDictionary(pair => pair.Key, pair => pair.Value.GetString()!, StringComparer.Ordinal);

    private async Task<IReadOnlyDictionary<string, string>?> TryAsync(string repository, CancellationToken cancellationToken)
    {
        if (!await MayAsync(repository, $"/repos/{repository}", cancellationToken))
            return null;
        var granted = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (permission, path) in Tries)
        {
            if (await MayAsync(repository, $"/repos/{repository}/{path}", cancellationToken))
                granted[permission] = "read";
        }

        return granted;
    }

    private async Task<bool> MayAsync(string repository, string path, CancellationToken cancellationToken)
    {
        try
        {
            await client.SendAsync(repository, Get(path), cancellationToken);
            return true;
        }
        catch (GitHubException refused) when (refused is GitHubException.Forbidden or GitHubException.NotFoundOrNoAccess)
        {
            return false;
        }
        catch (GitHubException.Validation)
        {
            // It may be read, and there is nothing to read: an empty repository has no commit.
            return true;
        }
    }

    private GitHubRequest Get(string path) => new(HttpMethod.Get, http.Address.At(path));
}
