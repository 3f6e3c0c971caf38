using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Calls;

/// <summary>All comments of a repository, in the order that is asked for.</summary>
internal static class CommentLists
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/repos/{owner}/{repo}/issues/comments", "issues=read; pull_requests=read", ListComments),
        new("GET", "/repos/{owner}/{repo}/pulls/comments", "pull_requests=read", ListRemarks),
    ];

    /// <summary>Below issues and pull requests, which count as issues here. Lag is that of an issue's own list: looking here makes it no shorter.</summary>
    private static Answer ListComments(Call call)
    {
        var (repository, shapes) = (call.Repository, call.Shapes);
        var onIssues = from issue in repository.Issues
                       where !issue.IsDeleted
                       from comment in issue.Comments
                       select (comment.CreatedAt, comment.Id, Comment: comment, Json: shapes.Comment(repository, issue, comment));
        var onPulls = from pull in repository.PullRequests
                      let issue = new Issue(pull.Id, pull.Number, pull.Author, pull.Title, pull.Body, pull.CreatedAt)
                      from comment in pull.Comments
                      select (comment.CreatedAt, comment.Id, Comment: comment, Json: shapes.Comment(repository, issue, comment));
        return new(200) { List = [.. Sorted(call, onIssues.Concat(onPulls).Where(found => found.Comment.Hidden <= 0), found => (found.CreatedAt, found.Id)).Select(found => found.Json)] };
    }

    private static Answer ListRemarks(Call call)
    {
        var all = from pull in call.Repository.PullRequests
                  from comment in pull.ReviewComments
                  where comment.Hidden-- <= 0
                  select (comment.CreatedAt, comment.Id, Json: call.Shapes.ReviewComment(call.Repository, pull, comment, isEvent: false));
        return new(200) { List = [.. Sorted(call, all, found => (found.CreatedAt, found.Id)).Select(found => found.Json)] };
    }

    /// <summary>Without <c>sort</c> the direction means nothing, and the oldest come first.</summary>
    private static IEnumerable<T> Sorted<T>(Call call, IEnumerable<T> all, Func<T, (DateTimeOffset, long)> by) =>
        call.Query.ContainsKey("sort") && call.Query["direction"] == "desc" ? all.OrderByDescending(by) : all.OrderBy(by);
}
