using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>Where a GitHub App is installed. The tokens for that may list repositories and do nothing else.</summary>
internal sealed class AppInstallations(GitHubHttp http, AppJwt jwt, TimeProvider clock) : IAsyncDisposable
{
    // The whole answer must fit into what is kept with its ETag, and repositories are written at length.
    private const int OnAPage = 30;
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);
    private static readonly IReadOnlyDictionary<string, string> Listing = new Dictionary<string, string>(StringComparer.Ordinal) { ["metadata"] = "read" };

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

    public async ValueTask DisposeAsync()
    {
        using var moment = new CancellationTokenSource(TimeSpan.FromSeconds(5), clock);
        foreach (var token in _tokens.Values.Where(token => token.ExpiresAt > clock.GetUtcNow()))
        {
            try
            {
                await http.SendAsync(new(HttpMethod.Delete, http.Address.At("/installation/token")), token, moment.Token);
            }
            catch (Exception notRevoked) when (notRevoked is GitHubException or OperationCanceledException)
            {
                // It ends by itself within the hour.
            }
        }
    }

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

    private async Task<GitHubToken> TokenAsync(long installation, CancellationToken cancellationToken)
    {
        if (_tokens.TryGetValue(installation, out var kept) && kept.ExpiresAt - RenewBefore > clock.GetUtcNow())
            return kept;
        var request = new GitHubRequest(HttpMethod.Post, http.Address.At(string.Create(CultureInfo.InvariantCulture, $"/app/installations/{installation}/access_tokens")))
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(new InstallationTokenScope(null, Listing), GitHubJson.Default.InstallationTokenScope),
            IsRepeatable = true,
        };
        var answer = GitHubClient.Parse(request, await http.SendAsync(request, jwt.Write(), cancellationToken), GitHubJson.Default.InstallationTokenAnswer);
        if (string.IsNullOrEmpty(answer.Token))
            throw GitHubClient.Unreadable(request, "it has no token");
        var account = string.Create(CultureInfo.InvariantCulture, $"installation {installation}");
        return _tokens[installation] = new(answer.Token, account) { ExpiresAt = answer.ExpiresAt ?? clock.GetUtcNow() + TimeSpan.FromMinutes(30) };
    }

    private GitHubRequest Get(string path) => new(HttpMethod.Get, http.Address.At(path));
}
