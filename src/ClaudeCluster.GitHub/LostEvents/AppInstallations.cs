using System.Collections.Concurrent;

namespace ClaudeCluster.GitHub;

/// <summary>Where a GitHub App is installed. The tokens for that may list repositories and do nothing else.</summary>
internal sealed class AppInstallations(GitHubHttp http, AppJwt jwt, TimeProvider clock) : IAsyncDisposable
{
    // The whole answer must fit into what is kept with its ETag, and repositories are written at length.
    private const int OnAPage = 30;
    private static readonly IReadOnlyDictionary<string, string> Listing = new Dictionary<string, string>(StringComparer.Ordinal) { ["metadata"] = "read" };

    private readonly InstallationTokens _made = new(http, jwt, clock);
    private readonly ConcurrentDictionary<long, GitHubToken> _tokens = [];

    public async Task<IReadOnlyList<WatchedRepository>> ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<WatchedRepository>();
        foreach (var installation in await InstallationsAsync(cancellationToken))
        {
            var token = await TokenAsync(installation, cancellationToken);
            for (var request = Get($"/installation/repositories?per_page={OnAPage}"); request is not null;)
            {
                var answer = await http.SendAsync(request, token, cancellationToken);
                all.AddRange((GitHubClient.Parse(request, answer, LostEventsJson.Default.RepositoryListAnswer).Repositories ?? []).Select(found => found.Read()).OfType<WatchedRepository>());
                request = answer.Next is { } next ? request with { Url = next } : null;
            }
        }

        return all;
    }

    public async ValueTask DisposeAsync() => await _made.GiveBackAsync(_tokens.Values);

    private async Task<IReadOnlyList<long>> InstallationsAsync(CancellationToken cancellationToken)
    {
        var all = new List<long>();
        for (var request = Get($"/app/installations?per_page={OnAPage}"); request is not null;)
        {
            var answer = await http.SendAsync(request, jwt.Write(), cancellationToken);
            all.AddRange(GitHubClient.Parse(request, answer, LostEventsJson.Default.IReadOnlyListInstallationListed).Where(found => found.SuspendedAt is null).Select(found => found.Id).OfType<long>());
            request = answer.Next is { } next ? request with { Url = next } : null;
        }

        return all;
    }

    private async Task<GitHubToken> TokenAsync(long installation, CancellationToken cancellationToken) =>
        _tokens.TryGetValue(installation, out var kept) && _made.IsFresh(kept) ? kept : _tokens[installation] = await _made.MintAsync(installation, new(null, Listing), cancellationToken);

    private GitHubRequest Get(string path) => new(HttpMethod.Get, http.Address.At(path));
}
