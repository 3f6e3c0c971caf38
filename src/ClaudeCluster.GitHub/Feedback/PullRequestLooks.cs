using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>How a pull request stands, by one question. REST says the same of a number that is gone and of a repository that may not be seen; GraphQL tells them apart.</summary>
internal sealed class PullRequestLooks(GraphQl graphQl)
{
    private const string Document = """
        query LookAtPullRequest($owner: String!, $name: String!, $number: Int!) {
          repository(owner: $owner, name: $name) { pullRequest(number: $number) { headRefOid state mergeable } }
        }
        """;

    /// <exception cref="GitHubException.NotFoundOrNoAccess">The repository itself is gone, or may not be seen.</exception>
    public async Task<PullRequestLook?> LookAsync(RepositoryRef repository, int number, CancellationToken cancellationToken)
    {
        var question = new GraphQlQuestion(repository.FullName, "LookAtPullRequest", Document) { MayLack = [("NOT_FOUND", "pullRequest")] };
        var data = await graphQl.AskAsync(question, Write, cancellationToken);
        var found = data.Child("repository") ?? throw GitHubFiles.Gone(repository);
        return found.Child("pullRequest") is { } pull ? Read(repository, pull) : null;

        void Write(Utf8JsonWriter variables)
        {
            GraphQlNames.Write(variables, repository);
            variables.WriteNumber("number", number);
        }
    }

    private static PullRequestLook Read(RepositoryRef repository, JsonElement pull)
    {
        var head = pull.TextOf("headRefOid") ?? throw new GitHubException.Unavailable(repository.FullName, "GitHub's answer does not say the pull request's commit.");
        var state = pull.TextOf("state");

        // It is computed after each push, and on the first question: until then it is UNKNOWN.
        bool? conflicts = pull.TextOf("mergeable") switch { "CONFLICTING" => true, "MERGEABLE" => false, _ => null };
        return new(new(head), IsOpen: state == "OPEN", IsMerged: state == "MERGED", conflicts);
    }
}
