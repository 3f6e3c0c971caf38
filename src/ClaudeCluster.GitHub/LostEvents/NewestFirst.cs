using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ClaudeCluster.GitHub;

/// <summary>Lists of a repository that can be asked for with the newest first, read so far back as somebody wants to know.</summary>
internal sealed class NewestFirst(GitHubClient client)
{
    /// <inheritdoc cref="AppInstallations"/>
    private const int OnAPage = 30;

    // Where more happens in a day, what lies further back is not looked for.
    private const int MostPages = 20;

    /// <param name="list">As in <c>issues/comments?sort=created</c>.</param>
    /// <param name="at">By which it is sorted.</param>
    public async Task<IReadOnlyList<T>> ListAsync<T>(RepositoryRef repository, string list, JsonTypeInfo<T> type, Func<T, DateTimeOffset?> at, DateTimeOffset since, CancellationToken cancellationToken)
        where T : class
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/repos/{repository.FullName}/{list}&direction=desc&per_page={OnAPage}");
        var (found, pages) = (new List<T>(), 0);
        for (var request = new GitHubRequest(HttpMethod.Get, client.Address.At(path)); request is not null && pages < MostPages; pages++)
        {
            var answer = await client.SendAsync(repository.FullName, request, cancellationToken);
            var page = GitHubClient.Parse(request, answer, LostEventsJson.Default.IReadOnlyListJsonElement).Select(item => Read(item, type)).OfType<T>().ToList();
            found.AddRange(page.Where(item => at(item) >= since));
            request = answer.Next is { } next && !page.Exists(item => at(item) < since) ? request with { Url = next } : null;
        }

        return found;
    }

    /// <returns>Null: one that cannot be read hides none of the others.</returns>
    private static T? Read<T>(JsonElement item, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return item.Deserialize(type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
