using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>Reads a file of the default branch together with the commit it was read from: one question, so the two belong together.</summary>
internal sealed class GitHubFiles(GraphQl graphQl, RepositoryNodes nodes) : IRepositoryFiles
{
    private const string Document = """
        query ReadFile($owner: String!, $name: String!, $path: String!) {
          repository(owner: $owner, name: $name) {
            id
            defaultBranchRef {
              target {
                oid
                ... on Commit { file(path: $path) { object { ... on Blob { text isBinary isTruncated } } } }
              }
            }
          }
        }
        """;

    /// <exception cref="BadInputException">There is such a file, but it is no text, or too large to be one of ours.</exception>
    /// <exception cref="GitHubException">It could not be read.</exception>
    public async Task<RepositoryFile?> ReadAsync(RepositoryRef repository, string path, CancellationToken cancellationToken)
    {
        var data = await graphQl.AskAsync(new(repository.FullName, "ReadFile", Document), variables => Write(variables, repository, path), cancellationToken);
        var found = data.Child("repository") ?? throw Gone(repository);
        nodes.Keep(repository, found.TextOf("id"));
        var commit = found.Child("defaultBranchRef")?.Child("target");
        if (commit?.TextOf("oid") is not { } sha || commit?.Child("file")?.Child("object") is not { } file)
            return null;
        return new(TextOf(file, path), new CommitId(sha));
    }

    internal static GitHubException Gone(RepositoryRef repository) =>
        new GitHubException.NotFoundOrNoAccess(repository.FullName, "GitHub shows no such repository.");

    private static void Write(Utf8JsonWriter variables, RepositoryRef repository, string path)
    {
        GraphQlNames.Write(variables, repository);
        variables.WriteString("path", path);
    }

    private static string TextOf(JsonElement file, string path)
    {
        if (file.Says("isTruncated"))
            throw new BadInputException(path, "It is too large: GitHub does not send it whole.", "Make it shorter.");
        return file.TextOf("text") is { } text && !file.Says("isBinary") ? text : throw new BadInputException(path, "It is no text.", "Save the file as UTF-8 text.");
    }
}
