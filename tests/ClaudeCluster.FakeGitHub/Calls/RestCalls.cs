using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Calls;

/// <summary>The part of the REST API that our client uses. What is not here answers 404 and stands in the log as unknown.</summary>
internal static class RestCalls
{
    private static readonly string[] BuiltInRoles = ["none", "read", "triage", "write", "maintain", "admin"];

    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission", "metadata=read", ReadPermission),
        new("POST", "/repos/{owner}/{repo}/issues/{issue_number}/labels", "issues=write; pull_requests=write", AddLabels),
        new("DELETE", "/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", "issues=write; pull_requests=write", RemoveLabel),
        new("GET", "/repos/{owner}/{repo}/labels", "issues=read", ListLabels),
        new("POST", "/repos/{owner}/{repo}/labels", "issues=write", CreateLabel),
        new("PATCH", "/repos/{owner}/{repo}/labels/{name}", "issues=write", EditLabel),
        new("POST", "/repos/{owner}/{repo}/pulls", "pull_requests=write", OpenPullRequest),
        new("GET", "/repos/{owner}/{repo}/pulls", "pull_requests=read", ListPullRequests),
        .. AppCalls.All,
        .. CheckCalls.All,
        .. CommentLists.All,
        .. FeedbackCalls.All,
        .. ActionsCalls.All,
        .. LostEventCalls.All,
    ];

    private static Answer ReadPermission(Call call)
    {
        var (repository, login) = (call.Repository, call.Route["username"]);
        if (call.World.Users.Find(user => string.Equals(user.Login, login, StringComparison.OrdinalIgnoreCase)) is not { } user)
            return Answer.NotFound;
        var role = repository.Owner == user ? "admin" : repository.Roles.GetValueOrDefault(login, repository.IsPrivate ? "none" : "read");
        var built = BuiltInRoles.Contains(role) ? role : repository.CustomRoles.GetValueOrDefault(role, "read");

        // The old field knows four words only, which is a trap of its own.
        var permission = built switch { "maintain" => "write", "triage" => "read", _ => built };
        var json = call.Shapes.User(user);
        json["role_name"] = role;
        return new(200, new JsonObject { ["permission"] = permission, ["role_name"] = role, ["user"] = json });
    }

    private static Answer AddLabels(Call call)
    {
        if (FindIssue(call, out var problem) is not { } issue)
            return problem;
        foreach (var name in call.Body?["labels"]?.AsArray().Select(name => name!.GetValue<string>()) ?? [])
        {
            if (AddLabel(call.World, call.Repository, issue, name, call.Token.User) is { } added)
                call.Tell(call.Repository, "issues", "labeled", ("issue", call.Shapes.Issue(call.Repository, issue)), ("label", call.Shapes.Label(call.Repository, added)));
        }

        return Labels(call, issue);
    }

    /// <returns>Null: the issue has it already.</returns>
    public static Label? AddLabel(World world, Repository repository, Issue issue, string name, User by)
    {
        var label = repository.Labels.Find(label => Same(label.Name, name));
        if (label is null)
            repository.Labels.Add(label = new(world.NewId(), name));
        if (issue.Labels.Contains(label))
            return null;
        issue.Labels.Add(label);
        issue.Labelled.Add((label.Name, by, world.Now));
        issue.UpdatedAt = world.Now;
        return label;
    }

    private static Answer RemoveLabel(Call call)
    {
        if (FindIssue(call, out var problem) is not { } issue)
            return problem;
        return issue.Labels.RemoveAll(label => Same(label.Name, call.Route["name"])) > 0
            ? Labels(call, issue)
            : new(404, Answers.Shapes.Error(404, "Label does not exist"));
    }

    private static Answer Labels(Call call, Issue issue) =>
        new(200, new JsonArray([.. issue.Labels.Select(label => call.Shapes.Label(call.Repository, label))]));

    private static Answer ListLabels(Call call) => new(200) { List = [.. call.Repository.Labels.Select(label => call.Shapes.Label(call.Repository, label))] };

    private static Answer CreateLabel(Call call)
    {
        if (call.Repository.Labels.Exists(label => Same(label.Name, call.Text("name"))))
            return Answer.Invalid("Label", "name", "already_exists");
        var label = new Label(call.World.NewId(), call.Text("name"));
        call.Repository.Labels.Add(label);
        return Dress(call, label, 201);
    }

    private static Answer EditLabel(Call call) => call.Repository.Labels.Find(label => Same(label.Name, call.Route["name"])) is { } label
        ? Dress(call, label, 200)
        : Answer.NotFound;

    private static Answer Dress(Call call, Label label, int status)
    {
        label.Color = call.OptionalText("color") ?? label.Color;
        label.Description = call.OptionalText("description") ?? label.Description;
        return new(status, call.Shapes.Label(call.Repository, label));
    }

    private static Answer OpenPullRequest(Call call)
    {
        var (repository, head, @base) = (call.Repository, call.Text("head"), call.Text("base"));
        var sha = repository.Git.Find($"refs/heads/{head}");
        if (sha is null || IsUnseen(call, head))
            return Answer.Invalid("PullRequest", "head", "invalid");
        if (repository.Git.Find($"refs/heads/{@base}") is not { } baseSha)
            return Answer.Invalid("PullRequest", "base", "invalid");
        if (repository.PullRequests.Exists(open => open.State == "open" && open.Head == head && open.Base == @base))
            return Answer.Invalid("PullRequest", "", "custom", $"A pull request already exists for {repository.Owner.Login}:{head}.");
        if (!repository.Git.HasCommitsBetween(baseSha, sha))
            return Answer.Invalid("PullRequest", "", "custom", $"No commits between {@base} and {head}");
        var pull = new PullRequest(call.World.NewId(), repository.NewNumber(), call.Token.User, head, @base, sha, call.World.Now)
        {
            Title = call.Text("title"),
            Body = call.OptionalText("body"),
            IsDraft = call.Body?["draft"]?.GetValue<bool>() == true,
            Hidden = call.World.ListLag,
        };
        repository.PullRequests.Add(pull);
        var whole = call.Shapes.PullRequest(repository, pull, isWhole: true);
        call.Tell(repository, "pull_request", "opened", ("pull_request", whole.DeepClone()));
        return new(201, whole);
    }

    /// <summary>Not all of GitHub has heard of a branch yet that was just pushed.</summary>
    private static bool IsUnseen(Call call, string head)
    {
        var asked = call.Repository.UnseenHeads.GetValueOrDefault(head);
        call.Repository.UnseenHeads[head] = asked + 1;
        return asked < call.World.BranchLag;
    }

    private static Answer ListPullRequests(Call call)
    {
        var (state, head) = (call.Query["state"].FirstOrDefault() ?? "open", call.Query["head"].FirstOrDefault());
        var shown = call.Repository.PullRequests
            .Where(pull => state == "all" || pull.State == state)
            .Where(pull => head is null || $"{call.Repository.Owner.Login}:{pull.Head}" == head)
            // Lag is that of the list by head: looking at all makes it no shorter.
            .Where(pull => head is null ? pull.Hidden <= 0 : pull.Hidden-- <= 0);
        var sorted = call.Query["sort"].FirstOrDefault() == "updated" ? shown.OrderBy(pull => pull.UpdatedAt) : shown;
        return new(200) { List = [.. sorted.Reverse().Select(pull => call.Shapes.PullRequest(call.Repository, pull, isWhole: false))] };
    }

    internal static Issue? FindIssue(Call call, out Answer problem)
    {
        var issue = call.Repository.FindIssue(call.Number("issue_number"));
        problem = issue is { IsDeleted: true } ? new(410, Answers.Shapes.Error(410, "This issue was deleted")) : Answer.NotFound;
        return issue is { IsDeleted: false } ? issue : null;
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
