using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Answers;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Calls;

/// <summary>The REST calls about what is thought of a commit.</summary>
internal static class CheckCalls
{
    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/repos/{owner}/{repo}/commits/{ref}/check-runs", "checks=read", ListRuns),
        new("GET", "/repos/{owner}/{repo}/commits/{ref}/status", "statuses=read", ReadStatus),
    ];

    private static Answer ListRuns(Call call) => CommitOf(call) is not { } commit ? NoCommit(call) : new(200)
    {
        ListName = "check_runs",
        List = [.. Checks.Of(call.World, call.Repository).Where(check => check.Commit == commit).Select(check => RunOf(call, check))],
    };

    private static Answer ReadStatus(Call call)
    {
        if (CommitOf(call) is not { } commit)
            return NoCommit(call);
        var newest = call.Repository.Statuses.Where(status => status.Commit == commit).GroupBy(status => status.Context).Select(group => group.Last()).ToList();
        return new(200, new JsonObject
        {
            ["state"] = newest.Exists(status => status.State is "failure" or "error") ? "failure" : newest.Exists(status => status.State == "pending") || newest.Count == 0 ? "pending" : "success",
            ["statuses"] = new JsonArray([.. newest.Select(status => StatusOf(call, status))]),
            ["sha"] = commit,
            ["total_count"] = newest.Count,
            ["repository"] = call.Shapes.Repository(call.Repository),
            ["commit_url"] = Api(call, $"/commits/{commit}"),
            ["url"] = Api(call, $"/commits/{commit}/status"),
        });
    }

    private static JsonObject RunOf(Call call, CheckRun check) => new()
    {
        ["id"] = check.Id,
        ["head_sha"] = check.Commit,
        ["node_id"] = Shapes.NodeId("CR", check.Id),
        ["external_id"] = "",
        ["url"] = Api(call, $"/check-runs/{check.Id}"),
        ["html_url"] = $"{call.World.Url.AbsoluteUri}{call.Repository.FullName}/runs/{check.Id}",
        ["details_url"] = null,
        ["status"] = check.Conclusion is null ? "in_progress" : "completed",
        ["conclusion"] = check.Conclusion,
        ["started_at"] = Shapes.Time(check.StartedAt),
        ["completed_at"] = check.Conclusion is null ? null : Shapes.Time(check.StartedAt),
        ["output"] = new JsonObject { ["title"] = check.Title, ["summary"] = check.Summary, ["text"] = null, ["annotations_count"] = 0, ["annotations_url"] = Api(call, $"/check-runs/{check.Id}/annotations") },
        ["name"] = check.Name,
        ["check_suite"] = null,
        ["app"] = null,
        ["pull_requests"] = new JsonArray(),
    };

    private static JsonObject StatusOf(Call call, CommitStatus status) => new()
    {
        ["url"] = Api(call, $"/statuses/{status.Commit}"),
        ["avatar_url"] = null,
        ["id"] = status.Id,
        ["node_id"] = Shapes.NodeId("SC", status.Id),
        ["state"] = status.State,
        ["description"] = status.Description,
        ["target_url"] = status.Url,
        ["context"] = status.Context,
        ["created_at"] = Shapes.Time(status.CreatedAt),
        ["updated_at"] = Shapes.Time(status.CreatedAt),
    };

    private static string? CommitOf(Call call)
    {
        var asked = call.Route["ref"];
        if (asked == "HEAD")
            return call.Repository.Git.Find($"refs/heads/{call.Repository.DefaultBranch}");
        return call.Repository.Git.Knows(asked) ? asked : null;
    }

    private static Answer NoCommit(Call call) => new(422, Shapes.Error(422, $"No commit found for SHA: {call.Route["ref"]}"));

    private static string Api(Call call, string path) => $"{call.World.Url.AbsoluteUri.TrimEnd('/')}/repos/{call.Repository.FullName}{path}";
}
