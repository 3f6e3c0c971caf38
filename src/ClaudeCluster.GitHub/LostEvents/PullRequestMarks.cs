using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClaudeCluster.GitHub;

/// <summary>
/// In few words, how a pull request and what is thought of its head stand: the same words while nothing has changed. REST says it at no cost
/// while nothing has; what it says is asked of GraphQL by others, which has no such way.
/// </summary>
/// <param name="client">Reads pull requests.</param>
/// <param name="checking">Reads checks and statuses.</param>
internal sealed class PullRequestMarks(GitHubClient client, GitHubClient checking)
{
    /// <summary>Of a hundred each, as when the checks themselves are read.</summary>
    private const int MostPages = 20;

    public async Task<string> ReadAsync(RepositoryRef repository, int number, CommitId head, CancellationToken cancellationToken)
    {
        using var words = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        words.AppendData(Encoding.UTF8.GetBytes(await ReadPullRequestAsync(repository, number, cancellationToken)));
        await AppendAsync(words, repository, "check-runs?per_page=100", head, cancellationToken);
        await AppendAsync(words, repository, "status?per_page=100", head, cancellationToken);
        return Convert.ToHexStringLower(words.GetHashAndReset());
    }

    /// <summary>Only what says something of it: the whole answer changes with every push to the repository.</summary>
    private async Task<string> ReadPullRequestAsync(RepositoryRef repository, int number, CancellationToken cancellationToken)
    {
        try
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"/repos/{repository.FullName}/pulls/{number}");
            return (await client.ReadAsync(repository.FullName, Get(client, path), LostEventsJson.Default.PullStanding, cancellationToken)).ToString();
        }
        catch (GitHubException.NotFoundOrNoAccess)
        {
            return "gone";
        }
    }

    private async Task AppendAsync(IncrementalHash words, RepositoryRef repository, string what, CommitId head, CancellationToken cancellationToken)
    {
        try
        {
            var pages = 0;
            for (var request = Get(checking, $"/repos/{repository.FullName}/commits/{head}/{what}"); request is not null && pages < MostPages; pages++)
            {
                var answer = await checking.SendAsync(repository.FullName, request, cancellationToken);
                words.AppendData(answer.Body);
                request = answer.Next is { } next ? request with { Url = next } : null;
            }
        }
        catch (Exception unseen) when (unseen is GitHubException.Forbidden or GitHubException.NotFoundOrNoAccess or GitHubException.Validation)
        {
            // What may not be read, or not any more, changes nothing.
        }
    }

    private static GitHubRequest Get(GitHubClient asked, string path) => new(HttpMethod.Get, asked.Address.At(path));
}
