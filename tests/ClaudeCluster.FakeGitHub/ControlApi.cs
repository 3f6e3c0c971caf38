using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Actions;
using ClaudeCluster.FakeGitHub.State;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.FakeGitHub;

/// <summary>
/// For tests in other processes, below <c>/_fake</c>, JSON in and out: <c>POST repositories, roles, tokens, files, issues, labels, comments,
/// faults, webhook, lag</c>; <c>GET state, requests</c>. <c>actions/…</c> is <see cref="ActionsControl"/>'s.
/// It asks for no token: it listens on loopback, for tests.
/// </summary>
internal sealed class ControlApi(FakeGitHubServer server)
{
    private readonly ActionsControl _actions = new(server.World);

    public async Task AnswerAsync(HttpContext http)
    {
        var body = http.Request.Method == "POST" ? await JsonNode.ParseAsync(http.Request.Body) ?? new JsonObject() : new JsonObject();
        const string actions = "/_fake/actions/";
        var answer = http.Request.Path.Value!.StartsWith(actions, StringComparison.Ordinal)
            ? await _actions.DoAsync(http.Request.Path.Value[actions.Length..], body.AsObject(), http.RequestAborted)
            : await DoAsync($"{http.Request.Method} {http.Request.Path.Value!["/_fake/".Length..]}", body.AsObject());
        server.Webhooks.Tell(server.World);
        http.Response.StatusCode = answer is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync((answer ?? new JsonObject { ["error"] = "The fake has no such control." }).ToJsonString());
    }

    private async Task<JsonNode?> DoAsync(string call, JsonObject said) => call switch
    {
        "POST repositories" => AddRepository(said),
        "POST roles" => Do(() => RepositoryOf(said).Roles[Text(said, "login")] = Text(said, "role")),
        "POST tokens" => AddToken(said),
        "POST files" => new JsonObject { ["commit"] = RepositoryOf(said).Git.Commit(Text(said, "branch"), Text(said, "path"), Text(said, "text")) },
        "POST issues" => await OpenIssueAsync(said),
        "POST labels" => await DoAsync(server.People.LabelAsync(RepositoryOf(said), IssueOf(said), Text(said, "label"), Text(said, "login"))),
        "POST comments" => await DoAsync(server.People.CommentAsync(RepositoryOf(said), IssueOf(said), Text(said, "login"), Text(said, "body"))),
        "POST faults" => Do(() => server.Faults.Plan(Text(said, "operation"), Enum.Parse<Fault>(Text(said, "fault")), said["times"]?.GetValue<int>() ?? 1)),
        "POST webhook" => Do(() => (server.Webhooks.Target, server.Webhooks.Secret) = (new Uri(Text(said, "url")), Text(said, "secret"))),
        "POST lag" => Do(() => (server.World.BranchLag, server.World.ListLag) = (said["branches"]?.GetValue<int>() ?? 0, said["lists"]?.GetValue<int>() ?? 0)),
        "GET state" => State(),
        "GET requests" => new JsonArray([.. server.Requests.All.Select(request => new JsonObject { ["operation"] = request.Operation, ["path"] = request.Path, ["status"] = request.Status, ["isCounted"] = request.IsCounted })]),
        _ => null,
    };

    private JsonObject AddRepository(JsonObject said)
    {
        lock (server.World.Gate)
        {
            var repository = server.World.AddRepository(Text(said, "fullName"), said["isPrivate"]?.GetValue<bool>() ?? true);
            return new() { ["id"] = repository.Id, ["cloneUrl"] = $"{server.Url.AbsoluteUri}{repository.FullName}.git" };
        }
    }

    private JsonObject AddToken(JsonObject said)
    {
        lock (server.World.Gate)
            return new() { ["token"] = server.World.AddToken(Text(said, "login"), said["token"]?.GetValue<string>()).Value };
    }

    private async Task<JsonNode> OpenIssueAsync(JsonObject said)
    {
        var labels = said["labels"]?.AsArray().Select(label => label!.GetValue<string>()).ToArray() ?? [];
        var issue = await server.People.OpenIssueAsync(RepositoryOf(said), Text(said, "login"), Text(said, "title"), said["body"]?.GetValue<string>(), labels);
        return new JsonObject { ["number"] = issue.Number };
    }

    /// <summary>What people would see, and no more.</summary>
    private JsonObject State()
    {
        lock (server.World.Gate)
        {
            return new(server.World.Repositories.Select(repository => KeyValuePair.Create(repository.FullName, (JsonNode?)new JsonObject
            {
                ["issues"] = new JsonArray([.. repository.Issues.Select(issue => new JsonObject
                {
                    ["number"] = issue.Number,
                    ["state"] = issue.State,
                    ["labels"] = new JsonArray([.. issue.Labels.Select(label => JsonValue.Create(label.Name))]),
                    ["comments"] = new JsonArray([.. issue.Comments.Select(comment => new JsonObject { ["author"] = comment.Author.Login, ["body"] = comment.Body })]),
                })]),
                ["pullRequests"] = new JsonArray([.. repository.PullRequests.Select(pull => new JsonObject
                {
                    ["number"] = pull.Number,
                    ["head"] = pull.Head,
                    ["base"] = pull.Base,
                    ["state"] = pull.State,
                    ["title"] = pull.Title,
                    ["isDraft"] = pull.IsDraft,
                })]),
            })));
        }
    }

    private Repository RepositoryOf(JsonObject said)
    {
        var parts = Text(said, "repository").Split('/');
        lock (server.World.Gate)
            return server.World.Find(parts[0], parts[^1]) ?? throw new InvalidOperationException($"The fake has no repository '{Text(said, "repository")}'.");
    }

    private Issue IssueOf(JsonObject said)
    {
        lock (server.World.Gate)
            return RepositoryOf(said).FindIssue(said["issue"]!.GetValue<int>()) ?? throw new InvalidOperationException("The fake has no such issue.");
    }

    private JsonNode Do(Action change)
    {
        lock (server.World.Gate)
            change();
        return new JsonObject();
    }

    private static async Task<JsonNode> DoAsync(Task change)
    {
        await change;
        return new JsonObject();
    }

    private static string Text(JsonObject said, string field) => said[field]?.GetValue<string>() ?? "";
}
