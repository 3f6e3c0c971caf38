using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Answers;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Calls;

/// <summary>
/// The GraphQL operations that our client has, by name: this reads variables and not documents. That the documents are good by GitHub's own
/// schema is another test's matter.
/// </summary>
internal static class GraphQlCalls
{
    private const string Nothing = "0000000000000000000000000000000000000000";

    public static Answer Answer(Call call)
    {
        var variables = call.Body?["variables"]?.AsObject() ?? [];
        return call.Text("operationName") switch
        {
            "ReadFile" => InRepository(call, variables, "contents", repository => ReadFile(repository, Text(variables, "path"))),
            "FindBranches" => InRepository(call, variables, "contents", repository => FindBranches(repository, variables)),
            "LookAtIssue" => InRepository(call, variables, "issues", repository => LookAtIssue(call, repository, variables)),
            "LookAtPullRequest" => InRepository(call, variables, "pull_requests", repository => FeedbackQueries.Look(call, repository, variables)),
            "ReadThreads" => InRepository(call, variables, "pull_requests", repository => FeedbackQueries.Threads(call, repository, variables)),
            "ReadChecks" => InRepository(call, variables, "checks", repository => FeedbackQueries.Checks(call, repository, variables)),
            "ReadLabelling" => InRepository(call, variables, "issues", repository => LostEventCalls.Labelling(call, repository, variables)),
            "ReadPullRequest" => InRepository(call, variables, "pull_requests", repository => LostEventCalls.PullRequest(call, repository, variables)),
            "ReadReviews" => InRepository(call, variables, "pull_requests", repository => LostEventCalls.Reviews(call, repository, variables)),
            "WriteIssue" => IssueCalls.Write(call, variables),
            "DeleteComment" => IssueCalls.Delete(call, variables),
            "MoveBranches" => MoveBranches(call, variables),
            var other => Bad("undefinedOperation", $"The fake knows no operation '{other}'."),
        };
    }

    private static Answer InRepository(Call call, JsonObject variables, string permission, Func<Repository, JsonNode?> read)
    {
        // GraphQL follows renames unless it is told not to.
        var repository = call.World.FindMoved(Text(variables, "owner"), Text(variables, "name"));
        if (repository is null || !call.Token.Sees(repository))
            return Bad("NOT_FOUND", $"Could not resolve to a Repository with the name '{Text(variables, "owner")}/{Text(variables, "name")}'.");
        if (!call.Token.May(permission, "read"))
            return Bad("FORBIDDEN", "Resource not accessible by integration");
        var answer = new JsonObject { ["data"] = new JsonObject { ["repository"] = read(repository) } };

        // What is missing in it is null, and said beside it.
        if (call.Problems.Count > 0)
            answer["errors"] = new JsonArray([.. call.Problems]);
        return new(200, answer);
    }

    private static JsonObject ReadFile(Repository repository, string path)
    {
        var commit = repository.Git.Find($"refs/heads/{repository.DefaultBranch}");
        var text = commit is null ? null : repository.Git.ReadFile(commit, path);
        return new()
        {
            ["id"] = Shapes.NodeId("R", repository.Id),
            ["defaultBranchRef"] = commit is null ? null : new JsonObject
            {
                ["target"] = new JsonObject
                {
                    ["oid"] = commit,
                    ["file"] = text is null ? null : new JsonObject { ["object"] = new JsonObject { ["text"] = text, ["isBinary"] = text.Contains('\0'), ["isTruncated"] = text.Length > 512_000 } },
                },
            },
        };
    }

    private static JsonObject FindBranches(Repository repository, JsonObject variables)
    {
        var json = new JsonObject { ["id"] = Shapes.NodeId("R", repository.Id) };
        foreach (var (name, branch) in variables.Where(variable => variable.Key[0] == 'b'))
        {
            var sha = repository.Git.Find(branch!.GetValue<string>());
            json[name] = sha is null ? null : new JsonObject { ["target"] = new JsonObject { ["oid"] = sha } };
        }

        return json;
    }

    private static JsonObject LookAtIssue(Call call, Repository repository, JsonObject variables)
    {
        var number = variables["number"]!.GetValue<int>();
        if (repository.FindIssue(number) is not { IsDeleted: false } issue)
            return new() { ["id"] = Shapes.NodeId("R", repository.Id), ["issueOrPullRequest"] = null };
        var visible = issue.Comments.Where(comment => comment.Hidden-- <= 0).ToList();
        var end = int.TryParse(Text(variables, "before"), CultureInfo.InvariantCulture, out var before) ? before : visible.Count;
        var start = Math.Max(0, end - 100);
        var nodes = visible[start..end].Select(comment => new JsonObject
        {
            ["id"] = Shapes.NodeId("IC", comment.Id),
            ["viewerDidAuthor"] = comment.Author == call.Token.User,
            ["body"] = comment.Body,
        });
        var json = new JsonObject
        {
            ["id"] = Shapes.NodeId("R", repository.Id),
            ["issueOrPullRequest"] = new JsonObject
            {
                ["id"] = Shapes.NodeId("I", issue.Id),
                ["comments"] = new JsonObject
                {
                    ["nodes"] = new JsonArray([.. nodes]),
                    ["pageInfo"] = new JsonObject { ["hasPreviousPage"] = start > 0, ["startCursor"] = start.ToString(CultureInfo.InvariantCulture) },
                },
            },
        };
        foreach (var (alias, name) in variables.Where(variable => variable.Key.StartsWith("label", StringComparison.Ordinal)))
        {
            var label = repository.Labels.Find(label => string.Equals(label.Name, name!.GetValue<string>(), StringComparison.OrdinalIgnoreCase));
            json[alias] = label is null ? null : new JsonObject { ["id"] = Shapes.NodeId("LA", label.Id) };
        }

        return json;
    }

    private static Answer MoveBranches(Call call, JsonObject variables)
    {
        var id = Text(variables, "repository");
        if (call.World.Repositories.Find(repository => Shapes.NodeId("R", repository.Id) == id) is not { } repository || !call.Token.Sees(repository))
            return Bad("NOT_FOUND", $"Could not resolve to a node with the global id of '{id}'.");
        if (!call.Token.May("contents", "write"))
            return Bad("FORBIDDEN", "Resource not accessible by integration");
        if (repository.IsArchived)
            return Bad("FORBIDDEN", Shapes.ArchivedMessage);
        var commands = new StringBuilder();
        foreach (var move in variables["moves"]!.AsArray().Select(move => move!.AsObject()))
        {
            var (name, before, after) = (Text(move, "name"), Text(move, "beforeOid"), Text(move, "afterOid"));
            if (repository.ProtectedBranches.Contains(name["refs/heads/".Length..]))
                return Bad("UNPROCESSABLE", $"Cannot update this protected ref: {name}");
            if (after != Nothing && (!repository.Git.Knows(after) || call.World.CommitLag-- > 0))
                return Bad("UNPROCESSABLE", $"Object {after} does not exist");
            if (after == Nothing && repository.Git.Find(name) is null)
                return Bad("UNPROCESSABLE", $"Reference does not exist: {name}");

            // Git reads an empty value as "must not exist", GitHub a missing one as "whatever".
            var from = before.Length > 0 ? $" {before}" : "";
            commands.Append(after == Nothing ? $"delete {name}{from}\n" : $"update {name} {after}{from}\n");
        }

        var moved = variables["moves"]!.AsArray().Select(move => Text(move!.AsObject(), "name")["refs/heads/".Length..]).Distinct().ToDictionary(branch => branch, branch => repository.Git.Find($"refs/heads/{branch}"));
        if (!repository.Git.TryUpdate(commands.ToString(), out var error))
            return Bad("UNPROCESSABLE", $"Ref update failed: {error.Trim()}");
        foreach (var (branch, before) in moved)
            call.TellPush(repository, branch, before);
        return new(200, new JsonObject { ["data"] = new JsonObject { ["updateRefs"] = new JsonObject { ["clientMutationId"] = null } } });
    }

    internal static Answer Bad(string type, string message) => new(200, new JsonObject
    {
        ["data"] = null,
        ["errors"] = new JsonArray(new JsonObject { ["type"] = type, ["message"] = message, ["path"] = new JsonArray() }),
    });

    internal static string Text(JsonObject json, string field) => json[field]?.GetValue<string>() ?? "";
}
