using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ClaudeCluster.GitHub;

/// <summary>One line of a commit's checks, as the page shows them.</summary>
/// <param name="Name">With its workflow's before it, where it is a job of Actions.</param>
/// <param name="Trigger">The event that started it: two events are two lines.</param>
/// <param name="Conclusion">In GraphQL's words; null: it has not ended.</param>
/// <param name="StartedAt">By which the newest is told; null: it is in the queue.</param>
/// <param name="Job">Null: it is none of Actions, or its number is not known.</param>
/// <param name="Words">What it says itself.</param>
internal sealed record Check(string Name, string? Trigger, string? Conclusion, DateTimeOffset? StartedAt, string? Url, long? Job, string Words);

/// <summary>
/// All checks of a commit, by one question for a hundred: jobs of Actions, check runs of other apps, and statuses, which are how the oldest
/// of them speak. What may not be read of a workflow is left out, for the name of the job and its end are known without it.
/// </summary>
internal sealed class CheckRollup(GraphQl graphQl)
{
    // NonBacktracking: linear in the text, whatever it is.
    private static readonly Regex JobAddress = new("/actions/runs/[0-9]+/job/([0-9]+)", RegexOptions.NonBacktracking);

    // No `databaseId`: GraphQL's numbers have 32 bits, and those of jobs have outgrown them. The address has it.
    private const string Document = """
        query ReadChecks($owner: String!, $name: String!, $commit: GitObjectID!, $after: String) {
          repository(owner: $owner, name: $name) {
            object(oid: $commit) {
              ... on Commit {
                statusCheckRollup {
                  contexts(first: 100, after: $after) {
                    nodes {
                      __typename
                      ... on CheckRun {
                        name conclusion startedAt detailsUrl title summary text
                        checkSuite { app { slug } workflowRun { event workflow { name } } }
                      }
                      ... on StatusContext { context state createdAt targetUrl description }
                    }
                    pageInfo { hasNextPage endCursor }
                  }
                }
              }
            }
          }
        }
        """;

    private const string ActionsApp = "github-actions";

    /// <summary>Of a hundred each. A commit with more checks has them from a machine gone wild.</summary>
    private const int MostPages = 20;

    private static readonly IReadOnlyList<(string Type, string Field)> WhatMayBeHidden =
        [("NOT_FOUND", "object"), ("FORBIDDEN", "app"), ("FORBIDDEN", "workflowRun"), ("FORBIDDEN", "workflow"), ("NOT_FOUND", "workflowRun"), ("NOT_FOUND", "workflow")];

    /// <returns>Nothing: there is no such commit, or no check has begun.</returns>
    public async Task<IReadOnlyList<Check>> ReadAsync(RepositoryRef repository, CommitId commit, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        var after = default(string);
        for (var page = 0; page < MostPages; page++)
        {
            var cursor = after;
            var question = new GraphQlQuestion(repository.FullName, "ReadChecks", Document) { MayLack = WhatMayBeHidden };
            var data = await graphQl.AskAsync(question, variables => Write(variables, repository, commit, cursor), cancellationToken);
            var found = data.Child("repository") ?? throw GitHubFiles.Gone(repository);
            if (found.Child("object")?.Child("statusCheckRollup")?.Child("contexts") is not { } contexts)
                break;
            checks.AddRange(contexts.ListOf("nodes").Select(Read).OfType<Check>());
            after = contexts.Child("pageInfo") is { } info && info.Says("hasNextPage") ? info.TextOf("endCursor") : null;
            if (after is null)
                break;
        }

        return checks;
    }

    private static Check? Read(JsonElement node) => node.TextOf("__typename") switch
    {
        "CheckRun" => ReadRun(node),
        "StatusContext" => new(
            node.TextOf("context") ?? "", Trigger: null, node.TextOf("state"), TimeOf(node, "createdAt"), node.TextOf("targetUrl"), Job: null, node.TextOf("description") ?? ""),
        _ => null,
    };

    private static Check ReadRun(JsonElement run)
    {
        var suite = run.Child("checkSuite");
        var workflow = suite?.Child("workflowRun");
        var (name, url) = (run.TextOf("name") ?? "", run.TextOf("detailsUrl"));
        return new(
            workflow?.Child("workflow")?.TextOf("name") is { Length: > 0 } of ? $"{of} / {name}" : name,
            workflow?.TextOf("event"),
            run.TextOf("conclusion"),
            TimeOf(run, "startedAt"),
            url,
            suite?.Child("app")?.TextOf("slug") is null or ActionsApp ? JobIn(url) : null,
            string.Join("\n\n", new[] { run.TextOf("title"), run.TextOf("summary"), run.TextOf("text") }.Where(words => !string.IsNullOrWhiteSpace(words))));
    }

    private static long? JobIn(string? url) =>
        url is not null && JobAddress.Match(url) is { Success: true } match && long.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var job) ? job : null;

    private static DateTimeOffset? TimeOf(JsonElement json, string field) =>
        DateTimeOffset.TryParse(json.TextOf(field), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static void Write(Utf8JsonWriter variables, RepositoryRef repository, CommitId commit, string? after)
    {
        GraphQlNames.Write(variables, repository);
        variables.WriteString("commit", commit.Value);
        if (after is not null)
            variables.WriteString("after", after);
    }
}
