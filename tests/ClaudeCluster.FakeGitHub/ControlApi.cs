using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Actions;
using ClaudeCluster.FakeGitHub.State;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.FakeGitHub;

/// <summary>
/// For tests in other processes, below <c>/_fake</c>, JSON in and out: <c>POST repositories, roles, tokens, apps, installations, files, issues,
/// labels, comments, faults, webhook, lag</c>. Looks are <see cref="ControlView"/>'s, <c>actions/…</c> is <see cref="ActionsControl"/>'s.
/// It asks for no token: it listens on loopback, for tests.
/// </summary>
internal sealed class ControlApi(FakeGitHubServer server)
{
    private readonly ActionsControl _actions = new(server.World);
    private readonly ControlView _view = new(server);

    public async Task AnswerAsync(HttpContext http)
    {
        JsonNode? answer;
        try
        {
            answer = await AnswerAsync(http.Request, http.Request.Path.Value!["/_fake/".Length..]);
            http.Response.StatusCode = answer is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        }
        catch (InvalidOperationException problem)
        {
            answer = new JsonObject { ["error"] = problem.Message };
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }

        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync((answer ?? new JsonObject { ["error"] = "The fake has no such control." }).ToJsonString());
    }

    private async Task<JsonNode?> AnswerAsync(HttpRequest request, string call)
    {
        const string actions = "actions/";
        if (request.Method == "GET")
            return await _view.LookAsync(call, request);
        var said = (await JsonNode.ParseAsync(request.Body) ?? new JsonObject()).AsObject();
        var answer = call.StartsWith(actions, StringComparison.Ordinal)
            ? await _actions.DoAsync(call[actions.Length..], said, request.HttpContext.RequestAborted)
            : await DoAsync(call, said);
        server.Webhooks.Tell(server.World);
        return answer;
    }

    private async Task<JsonNode?> DoAsync(string call, JsonObject said) => call switch
    {
        "repositories" => AddRepository(said),
        "roles" => Do(() => RepositoryOf(said).Roles[Text(said, "login")] = Text(said, "role")),
        "tokens" => AddToken(said),
        "apps" => AddApp(said),
        "installations" => Do(() => Install(said)),
        "files" => new JsonObject { ["commit"] = RepositoryOf(said).Git.Commit(Text(said, "branch"), Text(said, "path"), Text(said, "text")) },
        "issues" => await OpenIssueAsync(said),
        "labels" => await DoAsync(server.People.LabelAsync(RepositoryOf(said), IssueOf(said), Text(said, "label"), Text(said, "login"))),
        "comments" => await DoAsync(server.People.CommentAsync(RepositoryOf(said), IssueOf(said), Text(said, "login"), Text(said, "body"))),
        "faults" => Do(() => server.Faults.Plan(Text(said, "operation"), Enum.Parse<Fault>(Text(said, "fault")), said["times"]?.GetValue<int>() ?? 1)),
        "webhook" => Do(() => SetWebhook(said)),
        "lag" => Do(() => (server.World.BranchLag, server.World.ListLag) = (said["branches"]?.GetValue<int>() ?? 0, said["lists"]?.GetValue<int>() ?? 0)),
        _ => null,
    };

    private JsonObject AddRepository(JsonObject said)
    {
        lock (server.World.Gate)
        {
            var repository = server.World.AddRepository(Text(said, "fullName"), said["isPrivate"]?.GetValue<bool>() ?? true);
            repository.Labels.AddRange(Texts(said, "labels").Select(label => new Label(server.World.NewId(), label)));
            return new() { ["id"] = repository.Id, ["folder"] = repository.Git.Path, ["cloneUrl"] = $"{server.Url.AbsoluteUri}{repository.FullName}.git" };
        }
    }

    private JsonObject AddToken(JsonObject said)
    {
        lock (server.World.Gate)
            return new() { ["token"] = server.World.AddToken(Text(said, "login"), said["token"]?.GetValue<string>()).Value };
    }

    /// <summary><c>publicKey</c> as PEM, <c>permissions</c> as its owner granted them.</summary>
    private JsonObject AddApp(JsonObject said)
    {
        var key = RSA.Create();
        key.ImportFromPem(Text(said, "publicKey"));
        var permissions = said["permissions"]!.AsObject().ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>(), StringComparer.Ordinal);
        lock (server.World.Gate)
            return new() { ["id"] = server.World.AddApp(Text(said, "slug"), key, permissions).Id };
    }

    private void Install(JsonObject said)
    {
        var (world, repository) = (server.World, RepositoryOf(said));
        var app = world.Apps.Find(app => app.Slug == Text(said, "app")) ?? throw new InvalidOperationException("The fake has no such app.");
        var installation = app.Installations.Find(installation => installation.Account == repository.Owner);
        if (installation is null)
            app.Installations.Add(installation = new(world.NewId(), app, repository.Owner, []));
        if (!installation.Repositories.Contains(repository))
            installation.Repositories.Add(repository);
    }

    private void SetWebhook(JsonObject said)
    {
        var webhooks = server.Webhooks;
        (webhooks.Target, webhooks.Secret) = (new Uri(Text(said, "url")), Text(said, "secret"));
        webhooks.Without.Clear();
        webhooks.Without.UnionWith(Texts(said, "without"));
    }

    private async Task<JsonNode> OpenIssueAsync(JsonObject said)
    {
        var issue = await server.People.OpenIssueAsync(RepositoryOf(said), Text(said, "login"), Text(said, "title"), said["body"]?.GetValue<string>(), [.. Texts(said, "labels")]);
        return new JsonObject { ["number"] = issue.Number };
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

    private static IEnumerable<string> Texts(JsonObject said, string field) => said[field]?.AsArray().Select(text => text!.GetValue<string>()) ?? [];
}
