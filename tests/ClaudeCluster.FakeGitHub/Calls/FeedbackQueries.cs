using System.Globalization;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Answers;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Calls;

/// <summary>GraphQL's answers about what comes back on a pull request.</summary>
internal static class FeedbackQueries
{
    private const int PageSize = 100;

    public static JsonObject Look(Call call, Repository repository, JsonObject variables) => Find(call, repository, variables) is not { } pull
        ? new() { ["pullRequest"] = null }
        : new()
        {
            ["pullRequest"] = new JsonObject
            {
                ["headRefOid"] = Shapes.HeadOf(repository, pull),
                ["state"] = pull.MergedAt is not null ? "MERGED" : pull.State.ToUpperInvariant(),
                ["mergeable"] = pull.State != "open" ? "UNKNOWN" : Mergeability.Of(repository, pull) switch { true => "MERGEABLE", false => "CONFLICTING", null => "UNKNOWN" },
            },
        };

    public static JsonObject Threads(Call call, Repository repository, JsonObject variables)
    {
        if (Find(call, repository, variables) is not { } pull)
            return new() { ["pullRequest"] = null };
        var visible = pull.ReviewComments.Where(comment => comment.Hidden-- <= 0).ToList();
        var threads = visible.GroupBy(comment => comment.First ?? comment).ToList();
        return new()
        {
            ["pullRequest"] = new JsonObject
            {
                ["reviewThreads"] = Page(variables, threads, thread => new JsonObject
                {
                    ["path"] = thread.Key.Path,
                    ["line"] = thread.Key.Line,
                    ["comments"] = new JsonObject { ["nodes"] = new JsonArray([.. thread.Take(PageSize).Select(comment => CommentOf(call, repository, comment))]) },
                }),
            },
        };
    }

    /// <summary>Without <c>actions: read</c> the workflow behind a job is null, and an error says so.</summary>
    public static JsonObject Checks(Call call, Repository repository, JsonObject variables)
    {
        var commit = GraphQlCalls.Text(variables, "commit");
        if (!repository.Git.Knows(commit))
            return new() { ["object"] = null };
        var checks = State.Checks.Of(call.World, repository).Where(check => check.Commit == commit).Select(check => RunOf(call, repository, check))
            .Concat(repository.Statuses.Where(status => status.Commit == commit).GroupBy(status => status.Context).Select(group => StatusOf(group.Last())))
            .ToList();
        return new() { ["object"] = new JsonObject { ["statusCheckRollup"] = checks.Count == 0 ? null : new JsonObject { ["contexts"] = Page(variables, checks, check => check) } } };
    }

    private static JsonObject CommentOf(Call call, Repository repository, ReviewComment comment) => new()
    {
        ["fullDatabaseId"] = Text(comment.Id),
        ["body"] = comment.Body,
        ["viewerDidAuthor"] = comment.Author == call.Token.User,
        ["authorAssociation"] = Shapes.Association(repository, comment.Author),
        ["author"] = new JsonObject { ["login"] = comment.Author.Login },
        ["pullRequestReview"] = new JsonObject { ["fullDatabaseId"] = Text(comment.Review.Id) },
    };

    private static JsonObject RunOf(Call call, Repository repository, CheckRun check)
    {
        var maySee = call.Token.May("actions", "read");
        if (check.Origin is not null && !maySee)
        {
            call.Problems.Add(new()
            {
                ["type"] = "FORBIDDEN",
                ["message"] = "Resource not accessible by integration",
                ["path"] = new JsonArray("repository", "object", "statusCheckRollup", "contexts", "nodes", 0, "checkSuite", "workflowRun"),
            });
        }

        return new()
        {
            ["__typename"] = "CheckRun",
            ["name"] = check.Name,
            ["conclusion"] = check.Conclusion?.ToUpperInvariant(),
            ["startedAt"] = Shapes.Time(check.StartedAt),
            ["detailsUrl"] = call.Shapes.CheckUrl(repository, check),
            ["title"] = check.Title,
            ["summary"] = check.Summary,
            ["text"] = null,
            ["checkSuite"] = new JsonObject
            {
                ["app"] = new JsonObject { ["slug"] = check.App },
                ["workflowRun"] = check.Origin is { } origin && maySee ? new JsonObject { ["event"] = origin.Trigger, ["workflow"] = new JsonObject { ["name"] = origin.Workflow } } : null,
            },
        };
    }

    private static JsonObject StatusOf(CommitStatus status) => new()
    {
        ["__typename"] = "StatusContext",
        ["context"] = status.Context,
        ["state"] = status.State.ToUpperInvariant(),
        ["createdAt"] = Shapes.Time(status.CreatedAt),
        ["targetUrl"] = status.Url,
        ["description"] = status.Description,
    };

    private static JsonObject Page<T>(JsonObject variables, IReadOnlyList<T> all, Func<T, JsonObject> shape)
    {
        var start = int.TryParse(GraphQlCalls.Text(variables, "after"), CultureInfo.InvariantCulture, out var after) ? after : 0;
        var end = Math.Min(all.Count, start + PageSize);
        return new()
        {
            ["nodes"] = new JsonArray([.. all.Skip(start).Take(PageSize).Select(shape)]),
            ["pageInfo"] = new JsonObject { ["hasNextPage"] = end < all.Count, ["endCursor"] = Text(end) },
        };
    }

    internal static PullRequest? Find(Call call, Repository repository, JsonObject variables)
    {
        var number = variables["number"]!.GetValue<int>();
        if (repository.PullRequests.Find(pull => pull.Number == number) is { } pull)
            return pull;
        call.Problems.Add(new() { ["type"] = "NOT_FOUND", ["message"] = $"Could not resolve to a PullRequest with the number of {number}.", ["path"] = new JsonArray("repository", "pullRequest") });
        return null;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
