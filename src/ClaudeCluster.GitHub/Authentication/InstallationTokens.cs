using System.Globalization;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>How tokens of an App's installations are made and given back.</summary>
/// <param name="http">Sends.</param>
/// <param name="jwt">The App's own word.</param>
/// <param name="clock">For tokens' lives.</param>
internal sealed class InstallationTokens(GitHubHttp http, AppJwt jwt, TimeProvider clock)
{
    /// <summary>An attempt to renew it must have time to fail and be repeated.</summary>
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);

    // GitHub gives a token an hour; where it does not say, less is believed.
    private static readonly TimeSpan LifeWithoutWord = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan GivesBackWithin = TimeSpan.FromSeconds(5);

    public bool IsFresh(GitHubToken token) => token.ExpiresAt - RenewBefore > clock.GetUtcNow();

    /// <exception cref="GitHubException.NotFoundOrNoAccess">There is no such installation any more.</exception>
    /// <exception cref="GitHubException.Validation">It was not given what is asked for.</exception>
    public async Task<GitHubToken> MintAsync(long installation, InstallationTokenScope scope, CancellationToken cancellationToken)
    {
        var request = new GitHubRequest(HttpMethod.Post, http.Address.At(string.Create(CultureInfo.InvariantCulture, $"/app/installations/{installation}/access_tokens")))
        {
            Body = JsonSerializer.SerializeToUtf8Bytes(scope, GitHubJson.Default.InstallationTokenScope),
            // A token too many is no harm: nobody has it.
            IsRepeatable = true,
        };
        var answer = GitHubClient.Parse(request, await http.SendAsync(request, jwt.Write(), cancellationToken), GitHubJson.Default.InstallationTokenAnswer);
        if (string.IsNullOrEmpty(answer.Token))
            throw GitHubClient.Unreadable(request, "it has no token");
        var account = string.Create(CultureInfo.InvariantCulture, $"installation {installation}");
        return new(answer.Token, account) { ExpiresAt = answer.ExpiresAt ?? clock.GetUtcNow() + LifeWithoutWord };
    }

    public async Task GiveBackAsync(IEnumerable<GitHubToken> tokens)
    {
        using var moment = new CancellationTokenSource(GivesBackWithin, clock);
        foreach (var token in tokens.Where(token => token.ExpiresAt > clock.GetUtcNow()))
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
}
