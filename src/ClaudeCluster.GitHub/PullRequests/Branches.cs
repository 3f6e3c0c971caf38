using System.Globalization;
using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>
/// Moves branches by compare-and-swap. REST cannot do that: it knows "only forward" and "by force", and either could write over somebody
/// else's work. GraphQL's <c>updateRefs</c> names where a branch must stand, and takes several at once, all or none.
/// </summary>
internal sealed class Branches(GraphQl graphQl, RepositoryNodes nodes)
{
    // Git's own way to write "no commit".
    private const string Nothing = "0000000000000000000000000000000000000000";

    private const string MoveDocument = """
        mutation MoveBranches($repository: ID!, $moves: [RefUpdate!]!) {
          updateRefs(input: {repositoryId: $repository, refUpdates: $moves}) { clientMutationId }
        }
        """;

    /// <param name="before">Null: it must not exist.</param>
    /// <exception cref="GitHubException.Validation">The branch does not stand where it should, or may not be moved.</exception>
    public Task MoveAsync(RepositoryRef repository, string branch, CommitId? before, CommitId after, CancellationToken cancellationToken) =>
        UpdateAsync(repository, [new(branch, before?.Value ?? Nothing, after.Value)], cancellationToken);

    /// <summary>Wherever they stand.</summary>
    /// <exception cref="GitHubException.Validation">One of them does not exist, or may not be deleted; all stay.</exception>
    public Task DeleteAsync(RepositoryRef repository, IReadOnlyList<string> branches, CancellationToken cancellationToken) =>
        UpdateAsync(repository, [.. branches.Select(branch => new Update(branch, Before: null, Nothing))], cancellationToken);

    /// <returns>Where each stands; those that do not exist are left out.</returns>
    public async Task<IReadOnlyDictionary<string, CommitId>> FindAsync(RepositoryRef repository, IReadOnlyList<string> branches, CancellationToken cancellationToken)
    {
        var data = await graphQl.AskAsync(new(repository.FullName, "FindBranches", FindDocument(branches.Count)), variables => Write(variables, repository, branches), cancellationToken);
        var found = data.Child("repository") ?? throw GitHubFiles.Gone(repository);
        nodes.Keep(repository, found.TextOf("id"));
        var commits = new Dictionary<string, CommitId>(StringComparer.Ordinal);
        for (var index = 0; index < branches.Count; index++)
        {
            if (found.Child(Name(index))?.Child("target")?.TextOf("oid") is { } sha)
                commits[branches[index]] = new(sha);
        }

        return commits;
    }

    private async Task UpdateAsync(RepositoryRef repository, IReadOnlyList<Update> updates, CancellationToken cancellationToken)
    {
        var id = nodes.Find(repository) ?? await FindIdAsync(repository, cancellationToken);
        await graphQl.AskAsync(new(repository.FullName, "MoveBranches", MoveDocument), variables => Write(variables, id, updates), cancellationToken);
    }

    private async Task<string> FindIdAsync(RepositoryRef repository, CancellationToken cancellationToken)
    {
        await FindAsync(repository, [], cancellationToken);
        return nodes.Find(repository) ?? throw GitHubFiles.Gone(repository);
    }

    private static string FindDocument(int count)
    {
        var names = Enumerable.Range(0, count).Select(Name).ToList();
        var variables = string.Concat(names.Select(name => $", ${name}: String!"));
        var fields = string.Concat(names.Select(name => $"{name}: ref(qualifiedName: ${name}) {{ target {{ oid }} }}\n    "));
        return $$"""
            query FindBranches($owner: String!, $name: String!{{variables}}) {
              repository(owner: $owner, name: $name) {
                id
                {{fields}}
              }
            }
            """;
    }

    private static void Write(Utf8JsonWriter variables, RepositoryRef repository, IReadOnlyList<string> branches)
    {
        GraphQlNames.Write(variables, repository);
        for (var index = 0; index < branches.Count; index++)
            variables.WriteString(Name(index), Qualified(branches[index]));
    }

    private static void Write(Utf8JsonWriter variables, string repository, IReadOnlyList<Update> updates)
    {
        variables.WriteString("repository", repository);
        variables.WriteStartArray("moves");
        foreach (var update in updates)
        {
            variables.WriteStartObject();
            variables.WriteString("name", Qualified(update.Branch));
            if (update.Before is { } before)
                variables.WriteString("beforeOid", before);
            variables.WriteString("afterOid", update.After);

            // Not what it sounds like: where the branch must stand is named, and an attempt that rebased does not follow it.
            variables.WriteBoolean("force", true);
            variables.WriteEndObject();
        }

        variables.WriteEndArray();
    }

    private static string Qualified(string branch) => $"refs/heads/{branch}";

    private static string Name(int index) => string.Create(CultureInfo.InvariantCulture, $"b{index}");

    /// <param name="Before">Null: it does not matter.</param>
    private sealed record Update(string Branch, string? Before, string After);
}
