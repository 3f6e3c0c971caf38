using System.Globalization;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>
/// The texts of reviews. GitHub has no list of them for a whole repository, but one of its pull requests, by when they changed: only those that
/// did are asked of, and REST, which does not say whether a text was edited, is not.
/// </summary>
internal sealed class LostReviews(NewestFirst lists, GraphQl graphQl, TimeProvider time)
{
    private const string Document = """
        query ReadReviews($owner: String!, $name: String!, $number: Int!) {
          repository(owner: $owner, name: $name) {
            pullRequest(number: $number) {
              reviews(last: 30) {
                nodes { fullDatabaseId state body submittedAt lastEditedAt commit { oid } author { __typename login ... on User { databaseId } ... on Bot { databaseId } } }
              }
            }
          }
        }
        """;

    /// <summary>GitHub's times are whole seconds: within the last one there may be more to come.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private readonly Dictionary<(long Repository, int Number), (DateTimeOffset UpdatedAt, IReadOnlyList<FoundComment> Found)> _asked = [];

    public async Task<IReadOnlyList<FoundComment>> ListAsync(RepositoryRef repository, IReadOnlyCollection<int> numbers, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var changed = (await lists.ListAsync(repository, "pulls?state=open&sort=updated", LostEventsJson.Default.PullListed, pull => pull.UpdatedAt, since, cancellationToken))
            .Where(pull => pull.Number is { } number && numbers.Contains(number)).DistinctBy(pull => pull.Number).ToDictionary(pull => pull.Number!.Value, pull => pull.UpdatedAt!.Value);
        foreach (var old in _asked.Keys.Where(asked => asked.Repository == repository.Id && !changed.ContainsKey(asked.Number)).ToList())
            _asked.Remove(old);
        var found = new List<FoundComment>();
        foreach (var (number, updatedAt) in changed)
            found.AddRange((await AskAsync(repository, number, updatedAt, cancellationToken)).Where(review => review.Comment.CreatedAt >= since));
        return found;
    }

    private async Task<IReadOnlyList<FoundComment>> AskAsync(RepositoryRef repository, int number, DateTimeOffset updatedAt, CancellationToken cancellationToken)
    {
        if (_asked.TryGetValue((repository.Id, number), out var before) && before.UpdatedAt == updatedAt)
            return before.Found;
        var isSettled = time.GetUtcNow() >= updatedAt + Settled;
        var found = await ReadAsync(repository, number, cancellationToken);
        if (isSettled)
            _asked[(repository.Id, number)] = (updatedAt, found);
        return found;
    }

    private async Task<IReadOnlyList<FoundComment>> ReadAsync(RepositoryRef repository, int number, CancellationToken cancellationToken)
    {
        var question = new GraphQlQuestion(repository.FullName, "ReadReviews", Document) { MayLack = [("NOT_FOUND", "pullRequest")] };
        var data = await graphQl.AskAsync(question, Write, cancellationToken);
        return [.. data.Child("repository")?.Child("pullRequest")?.Child("reviews")?.ListOf("nodes").Select(review => FoundOf(repository, number, review)).OfType<FoundComment>() ?? []];

        void Write(Utf8JsonWriter variables)
        {
            GraphQlNames.Write(variables, repository);
            variables.WriteNumber("number", number);
        }
    }

    /// <returns>Null: it is not sent yet, not a person's, not as it was written, or asks for changes, which the pull request itself says.</returns>
    private static FoundComment? FoundOf(RepositoryRef repository, int number, JsonElement review)
    {
        if (review.TextOf("state") is not { } state || state is "PENDING" or "CHANGES_REQUESTED" || review.TimeOf("lastEditedAt") is not null)
            return null;
        if (review.TimeOf("submittedAt") is not { } at || review.PersonOf("author") is not { IsBot: false, Id: > 0 } author || review.ReviewId() is not { } id)
            return null;
        var written = new WrittenComment(new(PayloadParts.Text(id)), review.TextOf("body") ?? string.Empty, author.Login, at, at);
        return new(PayloadParts.KeyOfNew(RepositoryEventReader.ReviewEvent, repository, written.Id), number, author, written, Line: null)
        {
            Review = new(id, state.ToLower(CultureInfo.InvariantCulture), review.Child("commit")?.CommitOf("oid")),
        };
    }
}
