using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Answers;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Calls;

/// <summary>What GraphQL writes on an issue. The parts of a mutation are done one after the other; one that fails does not undo those before.</summary>
internal static class IssueCalls
{
    private const int LongestComment = 65_536;

    public static Answer Write(Call call, JsonObject variables)
    {
        if (Find(call, issue => Shapes.NodeId("I", issue.Id) == GraphQlCalls.Text(variables, "issue")) is not var (repository, issue))
            return NotFound(GraphQlCalls.Text(variables, "issue"));
        if (!call.Token.May("issues", "write"))
            return GraphQlCalls.Bad("FORBIDDEN", "Resource not accessible by integration");
        if (GraphQlCalls.Text(variables, "body") is not { Length: > 0 and <= LongestComment } body)
            return GraphQlCalls.Bad("UNPROCESSABLE", "Body is too long (maximum is 65536 characters)");
        if (repository.IsArchived)
            return GraphQlCalls.Bad("FORBIDDEN", Shapes.ArchivedMessage);
        if (issue.IsLocked && variables["posts"]!.GetValue<bool>() && !call.Token.MayWriteWhereLocked(repository))
            return GraphQlCalls.Bad("FORBIDDEN", "Unable to create comment because issue is locked.");
        var data = new JsonObject();
        if (variables["posts"]!.GetValue<bool>())
            data["addComment"] = new JsonObject { ["commentEdge"] = new JsonObject { ["node"] = new JsonObject { ["id"] = Post(call, repository, issue, body) } } };
        if (variables["edits"]!.GetValue<bool>())
        {
            var id = GraphQlCalls.Text(variables, "comment");
            if (issue.Comments.Find(comment => Shapes.NodeId("IC", comment.Id) == id) is not { } comment)
                return NotFound(id);
            (comment.Body, comment.UpdatedAt) = (body, call.World.Now);
            data["updateIssueComment"] = new JsonObject { ["issueComment"] = new JsonObject { ["id"] = id } };
        }

        return Relabel(call, repository, issue, variables, data);
    }

    public static Answer Delete(Call call, JsonObject variables)
    {
        var id = GraphQlCalls.Text(variables, "comment");
        if (Find(call, issue => issue.Comments.Exists(comment => Shapes.NodeId("IC", comment.Id) == id)) is not var (_, issue))
            return NotFound(id);
        issue.Comments.RemoveAll(comment => Shapes.NodeId("IC", comment.Id) == id);
        return new(200, new JsonObject { ["data"] = new JsonObject { ["deleteIssueComment"] = new JsonObject { ["clientMutationId"] = null } } });
    }

    private static string Post(Call call, Repository repository, Issue issue, string body)
    {
        var comment = new Comment(call.World.NewId() + 3_000_000_000, call.Token.User, body, call.World.Now) { Hidden = call.World.ListLag };
        issue.Comments.Add(comment);
        issue.UpdatedAt = call.World.Now;
        call.Tell(repository, "issue_comment", "created", ("issue", call.Shapes.Issue(repository, issue)), ("comment", call.Shapes.Comment(repository, issue, comment)));
        return Shapes.NodeId("IC", comment.Id);
    }

    private static Answer Relabel(Call call, Repository repository, Issue issue, JsonObject variables, JsonObject data)
    {
        foreach (var id in variables["added"]!.AsArray().Select(id => id!.GetValue<string>()))
        {
            if (repository.Labels.Find(label => Shapes.NodeId("LA", label.Id) == id) is not { } label)
                return NotFound(id);
            if (RestCalls.AddLabel(call.World, repository, issue, label.Name, call.Token.User) is not null)
                call.Tell(repository, "issues", "labeled", ("issue", call.Shapes.Issue(repository, issue)), ("label", call.Shapes.Label(repository, label)));
        }

        // One that is not on the issue is passed over, as one that is.
        var removed = variables["removed"]!.AsArray().Select(id => id!.GetValue<string>()).ToList();
        issue.Labels.RemoveAll(label => removed.Contains(Shapes.NodeId("LA", label.Id)));
        return new(200, new JsonObject { ["data"] = data });
    }

    private static (Repository Repository, Issue Issue)? Find(Call call, Func<Issue, bool> isIt)
    {
        var found =
            from repository in call.World.Repositories
            where call.Token.Sees(repository)
            from issue in repository.Issues
            where !issue.IsDeleted && isIt(issue)
            select ((Repository, Issue)?)(repository, issue);
        return found.FirstOrDefault();
    }

    private static Answer NotFound(string id) => GraphQlCalls.Bad("NOT_FOUND", $"Could not resolve to a node with the global id of '{id}'.");
}
