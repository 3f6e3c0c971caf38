using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.State;
using Microsoft.AspNetCore.Http;

namespace ClaudeCluster.FakeGitHub;

/// <summary>
/// What people do to a pull request, for tests in other processes, below <c>/_fake/feedback</c>: <c>POST comments, reviews, merge, close,
/// reopen, push, runs, checks, statuses, issues/edit, issues/unlabel, issues/close, issues/reopen</c>. Each names <c>repository</c> and
/// <c>login</c>, and the <c>pull</c> or <c>issue</c> by number.
/// </summary>
internal sealed class FeedbackControl(FakeGitHubServer server)
{
    private People People => server.People;

    public async Task AnswerAsync(HttpContext http)
    {
        var said = (await JsonNode.ParseAsync(http.Request.Body) ?? new JsonObject()).AsObject();
        var answer = await DoAsync(http.Request.Path.Value!["/_fake/feedback/".Length..], said);
        http.Response.StatusCode = answer is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync((answer ?? new JsonObject { ["error"] = "The fake has no such control." }).ToJsonString());
    }

    private async Task<JsonObject?> DoAsync(string call, JsonObject said)
    {
        var (repository, login) = (RepositoryOf(said), Text(said, "login"));
        switch (call)
        {
            case "comments":
                return new() { ["id"] = (await People.CommentAsync(repository, PullOf(said), login, Text(said, "body"))).Id };
            case "reviews":
                return new() { ["id"] = (await People.ReviewAsync(repository, PullOf(said), login, Text(said, "verdict"), Optional(said, "body"), RemarksOf(said))).Id };
            case "push":
                return new() { ["commit"] = await People.PushAsync(repository, Text(said, "branch"), Text(said, "path"), Text(said, "text"), login, Optional(said, "from")) };
            case "runs":
                var log = System.Text.Encoding.UTF8.GetBytes(Text(said, "log"));
                return new() { ["job"] = (await People.EndRunAsync(repository, CommitOf(said), Text(said, "workflow"), Text(said, "job"), Text(said, "conclusion"), log)).Id };
            case "checks":
                return new() { ["id"] = (await People.CheckAsync(repository, CommitOf(said), Text(said, "app"), Text(said, "name"), Text(said, "conclusion"), Optional(said, "title"), Optional(said, "summary"))).Id };
            case "statuses":
                return new() { ["id"] = (await People.SetStatusAsync(repository, CommitOf(said), Text(said, "context"), Text(said, "state"), Optional(said, "description"), login)).Id };
            default:
                return Act(call, repository, login, said) is { } act ? await DoneAsync(act) : null;
        }
    }

    private Task? Act(string call, Repository repository, string login, JsonObject said) => call switch
    {
        "merge" => People.MergeAsync(repository, PullOf(said), login),
        "close" => People.ClosePullRequestAsync(repository, PullOf(said), login),
        "reopen" => People.ReopenPullRequestAsync(repository, PullOf(said), login),
        "issues/edit" => People.EditIssueAsync(repository, IssueOf(said), Text(said, "title"), Optional(said, "body"), login),
        "issues/unlabel" => People.UnlabelAsync(repository, IssueOf(said), Text(said, "label"), login),
        "issues/close" => People.CloseIssueAsync(repository, IssueOf(said), login),
        "issues/reopen" => People.ReopenIssueAsync(repository, IssueOf(said), login),
        _ => null,
    };

    private static async Task<JsonObject> DoneAsync(Task act)
    {
        await act;
        return [];
    }

    private static Remark[] RemarksOf(JsonObject said) =>
        [.. (said["remarks"]?.AsArray() ?? []).Select(remark => remark!.AsObject()).Select(remark => new Remark(Text(remark, "path"), remark["line"]?.GetValue<int>(), Text(remark, "body")))];

    /// <summary>By its name, or as the head of a pull request.</summary>
    private string CommitOf(JsonObject said)
    {
        if (Optional(said, "commit") is { } commit)
            return commit;
        lock (server.World.Gate)
            return Answers.Shapes.HeadOf(RepositoryOf(said), PullOf(said));
    }

    private Repository RepositoryOf(JsonObject said)
    {
        var parts = Text(said, "repository").Split('/');
        lock (server.World.Gate)
            return server.World.Find(parts[0], parts[^1]) ?? throw new InvalidOperationException($"The fake has no repository '{Text(said, "repository")}'.");
    }

    private PullRequest PullOf(JsonObject said)
    {
        lock (server.World.Gate)
            return RepositoryOf(said).PullRequests.Find(pull => pull.Number == said["pull"]!.GetValue<int>()) ?? throw new InvalidOperationException("The fake has no such pull request.");
    }

    private Issue IssueOf(JsonObject said)
    {
        lock (server.World.Gate)
            return RepositoryOf(said).FindIssue(said["issue"]!.GetValue<int>()) ?? throw new InvalidOperationException("The fake has no such issue.");
    }

    private static string Text(JsonObject said, string field) => Optional(said, field) ?? "";

    private static string? Optional(JsonObject said, string field) => said[field]?.GetValue<string>();
}
