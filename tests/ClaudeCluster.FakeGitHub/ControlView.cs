using System.Globalization;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Actions;
using ClaudeCluster.FakeGitHub.State;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.FakeGitHub;

/// <summary>
/// What tests in other processes see, below <c>/_fake</c>: <c>GET state, branches?repository=, runs, deliveries, requests</c>. <c>GET changes?after=N</c>
/// answers once there were others than N; ask for it before you look.
/// </summary>
internal sealed class ControlView(FakeGitHubServer server)
{
    public async Task<JsonNode?> LookAsync(string what, HttpRequest request) => what switch
    {
        "state" => Locked(() => new JsonObject(server.World.Repositories.Select(repository => KeyValuePair.Create(repository.FullName, (JsonNode?)View(repository))))),
        "branches" => Locked(() => Texts(server.World.Repositories.First(repository => repository.FullName == request.Query["repository"].ToString()).Git.Branches())),
        "runs" => Locked(() => List(server.World.Actions.All, View)),
        "deliveries" => List(server.Webhooks.Deliveries, View),
        "requests" => List(server.Requests.All, View),
        "changes" => new JsonObject { ["count"] = await server.Changes.WaitAsync(long.Parse(request.Query["after"].ToString(), CultureInfo.InvariantCulture), request.HttpContext.RequestAborted) },
        _ => null,
    };

    private static JsonObject View(Repository repository) => new()
    {
        ["issues"] = List(repository.Issues, View),
        ["pullRequests"] = List(repository.PullRequests, View),
    };

    private static JsonObject View(Issue issue) => new()
    {
        ["number"] = issue.Number,
        ["author"] = issue.Author.Login,
        ["title"] = issue.Title,
        ["state"] = issue.State,
        ["labels"] = Texts(issue.Labels.Select(label => label.Name)),
        ["comments"] = List(issue.Comments, View),
    };

    private static JsonObject View(PullRequest pull) => new()
    {
        ["number"] = pull.Number,
        ["author"] = pull.Author.Login,
        ["head"] = pull.Head,
        ["base"] = pull.Base,
        ["state"] = pull.State,
        ["title"] = pull.Title,
        ["body"] = pull.Body,
        ["isDraft"] = pull.IsDraft,
        ["comments"] = List(pull.Comments, View),
    };

    private static JsonObject View(Comment comment) => new() { ["author"] = comment.Author.Login, ["body"] = comment.Body };

    /// <summary>Those of which nobody has found out yet whether they begin are among them.</summary>
    private static JsonObject View(ActionsRun run) => new()
    {
        ["id"] = run.Id,
        ["repository"] = run.Repository.FullName,
        ["path"] = run.Path,
        ["event"] = run.Event,
        ["title"] = run.Title,
        ["actor"] = new JsonObject { ["login"] = run.Actor.Login, ["type"] = run.Actor.Type },
        ["isWanted"] = run.IsWanted,
        ["status"] = run.Status,
        ["conclusion"] = run.Conclusion,
        ["jobs"] = List(run.Jobs, View),
    };

    private static JsonObject View(WorkflowJob job) => new()
    {
        ["name"] = job.Name,
        ["labels"] = Texts(job.Labels),
        ["runner"] = job.Runner?.Name,
        ["status"] = job.Status,
        ["conclusion"] = job.Conclusion,
        ["log"] = job.Log,
    };

    private static JsonObject View(Webhooks.Delivery delivery) => new()
    {
        ["id"] = delivery.Id,
        ["event"] = delivery.Event,
        ["body"] = delivery.Body,
        ["statuses"] = new JsonArray([.. delivery.Statuses.ToArray().Select(status => JsonValue.Create(status))]),
    };

    private static JsonObject View(LoggedRequest request) => new()
    {
        ["operation"] = request.Operation,
        ["path"] = request.Path,
        ["status"] = request.Status,
        ["isCounted"] = request.IsCounted,
    };

    private JsonNode Locked(Func<JsonNode> look)
    {
        lock (server.World.Gate)
            return look();
    }

    private static JsonArray List<T>(IEnumerable<T> all, Func<T, JsonNode> view) => new([.. all.Select(view)]);

    private static JsonArray Texts(IEnumerable<string> texts) => List(texts, text => JsonValue.Create(text));
}
