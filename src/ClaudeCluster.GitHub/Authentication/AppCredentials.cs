using System.Collections.Concurrent;

namespace ClaudeCluster.GitHub;

/// <summary>
/// A GitHub App's tokens: one for each repository, good for that one only and for the least that the product does there. A token lives an
/// hour; it is replaced before, and those that still live are revoked at the end.
/// </summary>
/// <param name="http">Sends.</param>
/// <param name="jwt">The App's own word.</param>
/// <param name="clock">For tokens' lives.</param>
/// <param name="permissions">What its tokens may do.</param>
internal sealed class AppCredentials(GitHubHttp http, AppJwt jwt, TimeProvider clock, IReadOnlyDictionary<string, string> permissions) : IGitHubCredentials
{
    private static readonly Dictionary<string, string> PushPermissions = new(StringComparer.Ordinal) { ["contents"] = "write", ["metadata"] = "read" };

    private readonly ConcurrentDictionary<string, GitHubToken> _tokens = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, long> _installations = new(StringComparer.OrdinalIgnoreCase);
    private readonly InstallationTokens _made = new(http, jwt, clock);
    private readonly SemaphoreSlim _oneAtATime = new(1);

    public async Task<GitHubToken> GetAsync(string repository, CancellationToken cancellationToken)
    {
        if (Kept(repository) is { } kept)
            return kept;
        await _oneAtATime.WaitAsync(cancellationToken);
        try
        {
            return Kept(repository) ?? (_tokens[repository] = await MintAsync(repository, permissions, cancellationToken));
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public async Task<GitHubToken?> MintForPushAsync(string repository, CancellationToken cancellationToken) => await MintAsync(repository, PushPermissions, cancellationToken);

    public bool Forget(GitHubToken token)
    {
        foreach (var (repository, kept) in _tokens)
        {
            if (ReferenceEquals(kept, token))
                _tokens.TryRemove(new(repository, kept));
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _made.GiveBackAsync(_tokens.Values);
        _tokens.Clear();
        _oneAtATime.Dispose();
    }

    private GitHubToken? Kept(string repository) => _tokens.TryGetValue(repository, out var token) && _made.IsFresh(token) ? token : null;

    private async Task<GitHubToken> MintAsync(string repository, IReadOnlyDictionary<string, string> asked, CancellationToken cancellationToken)
    {
        var installation = await FindInstallationAsync(repository, cancellationToken);
        try
        {
            return await _made.MintAsync(installation, new([repository.Split('/')[1]], asked), cancellationToken);
        }
        catch (GitHubException.Validation refused)
        {
            // 422: "The permissions requested are not granted to this installation."
            throw new GitHubException.Forbidden(refused.Problem.Place, refused.Problem.Reason, string.Join("; ", asked.Select(pair => $"{pair.Key}={pair.Value}")));
        }
        catch (GitHubException.NotFoundOrNoAccess)
        {
            // Installed anew, it has another id.
            _installations.TryRemove(repository, out _);
            throw;
        }
    }

    private async Task<long> FindInstallationAsync(string repository, CancellationToken cancellationToken)
    {
        if (_installations.TryGetValue(repository, out var known))
            return known;
        var request = new GitHubRequest(HttpMethod.Get, http.Address.At($"/repos/{repository}/installation"));
        try
        {
            var answer = GitHubClient.Parse(request, await http.SendAsync(request, jwt.Write(), cancellationToken), GitHubJson.Default.InstallationAnswer);
            return _installations[repository] = answer.Id ?? throw GitHubClient.Unreadable(request, "it has no id");
        }
        catch (GitHubException.NotFoundOrNoAccess)
        {
            throw new GitHubException.NotFoundOrNoAccess(request.Place, $"The GitHub App is not installed in {repository}, or there is no such repository.");
        }
    }
}
