using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>A pull request as it stands, by one question: whether it is open, where its head and its base are, and what reviewers want.</summary>
internal sealed class LostPullRequests(GraphQl graphQl)
{
    private const string Document = """
        query ReadPullRequest($owner: String!, $name: String!, $number: Int!) {
          repository(owner: $owner, name: $name) {
            pullRequest(number: $number) {
              state isDraft isCrossRepository mergeable updatedAt headRefName headRefOid baseRefName
              baseRef { target { oid } }
              timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) { nodes { ... on ClosedEvent { actor { __typename login ... on User { databaseId } ... on Bot { databaseId } } } } }
              latestOpinionatedReviews(first: 100) {
                nodes { fullDatabaseId state body submittedAt commit { oid } author { __typename login ... on User { databaseId } ... on Bot { databaseId } } }
              }
            }
          }
        }
        """;

    public async Task<PullRequestNow?> ReadAsync(RepositoryRef repository, int number, CancellationToken cancellationToken)
    {
        var question = new GraphQlQuestion(repository.FullName, "ReadPullRequest", Document) { MayLack = [("NOT_FOUND", "pullRequest")] };
        var data = await graphQl.AskAsync(question, Write, cancellationToken);
        var found = data.Child("repository") ?? throw GitHubFiles.Gone(repository);
        return found.Child("pullRequest") is { } pull ? Read(repository, number, pull) : null;

        void Write(Utf8JsonWriter variables)
        {
            GraphQlNames.Write(variables, repository);
            variables.WriteNumber("number", number);
        }
    }

    private static PullRequestNow Read(RepositoryRef repository, int number, JsonElement pull)
    {
        var state = pull.TextOf("state");
        var snapshot = new PullRequestSnapshot(
            number,
            pull.TextOf("headRefName") ?? string.Empty,
            pull.CommitOf("headRefOid") ?? throw new GitHubException.Unavailable(repository.FullName, "GitHub's answer does not say the pull request's commit."),
            pull.TextOf("baseRefName") ?? repository.DefaultBranch,
            IsOpen: state == "OPEN",
            IsDraft: pull.Says("isDraft"),
            IsMerged: state == "MERGED",
            IsFromFork: pull.Says("isCrossRepository"),
            pull.TimeOf("updatedAt") ?? DateTimeOffset.MaxValue);
        bool? conflicts = pull.TextOf("mergeable") switch { "CONFLICTING" => true, "MERGEABLE" => false, _ => null };
        return new(ChangedOf(repository, pull, snapshot), conflicts, PushedOf(repository, pull, snapshot), ReviewsOf(repository, pull, snapshot));
    }

    private static RepositoryEvent.PullRequestChanged ChangedOf(RepositoryRef repository, JsonElement pull, PullRequestSnapshot snapshot)
    {
        var closer = pull.Child("timelineItems")?.ListOf("nodes").Select(item => item.PersonOf("actor")).FirstOrDefault();
        return new(snapshot.IsOpen ? "synchronize" : "closed", snapshot)
        {
            // A pull request that was closed, opened and closed again was closed twice.
            Key = snapshot.IsOpen ? KeyOf(repository, snapshot, "head", snapshot.HeadCommit.Value) : KeyOf(repository, snapshot, "closed", PayloadParts.Text(snapshot.UpdatedAt.ToUnixTimeSeconds())),
            Repository = repository,
            Sender = snapshot.IsOpen ? LostEventParts.Nobody : closer ?? LostEventParts.Nobody,
        };
    }

    private static RepositoryEvent.Pushed? PushedOf(RepositoryRef repository, JsonElement pull, PullRequestSnapshot snapshot) =>
        pull.Child("baseRef")?.Child("target")?.CommitOf("oid") is not { } tip ? null : new($"refs/heads/{snapshot.Base}", Before: null, tip)
        {
            Key = KeyOf(repository, snapshot, "base", tip.Value, snapshot.HeadCommit.Value),
            Repository = repository,
            Sender = LostEventParts.Nobody,
        };

    private static IReadOnlyList<ReviewNow> ReviewsOf(RepositoryRef repository, JsonElement pull, PullRequestSnapshot snapshot) =>
        [.. pull.Child("latestOpinionatedReviews")?.ListOf("nodes").Select(review => ReviewOf(repository, review, snapshot)).OfType<ReviewNow>() ?? []];

    private static ReviewNow? ReviewOf(RepositoryRef repository, JsonElement review, PullRequestSnapshot snapshot)
    {
        if (review.TextOf("state") != "CHANGES_REQUESTED" || review.TimeOf("submittedAt") is not { } at || review.PersonOf("author") is not { } author || review.ReviewId() is not { } id)
            return null;
        return new(
            new("submitted", snapshot, id, "changes_requested", review.TextOf("body") ?? string.Empty, review.Child("commit")?.CommitOf("oid"))
            {
                Key = PayloadParts.KeyOfNew(RepositoryEventReader.ReviewEvent, repository, new(PayloadParts.Text(id))),
                Repository = repository,
                Sender = author,
            },
            at);
    }

    private static string KeyOf(RepositoryRef repository, PullRequestSnapshot pull, params IEnumerable<string> facts) =>
        PayloadParts.Key(["lost", "pull request", PayloadParts.Text(repository.Id), PayloadParts.Text(pull.Number), .. facts]);
}
