using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Answers;

/// <summary>What comes back on a pull request: reviews, remarks, reactions, runs, suites, statuses.</summary>
internal sealed partial class Shapes
{
    public static string HeadOf(Repository repository, PullRequest pull) =>
        (pull.State == "open" ? repository.Git.Find($"refs/heads/{pull.Head}") : null) ?? pull.HeadSha;

    public static string Association(Repository repository, User user) =>
        repository.Owner == user ? "OWNER" : repository.Roles.GetValueOrDefault(user.Login, "none") is "none" ? "NONE" : "COLLABORATOR";

    /// <summary>As a comment's event names the pull request below which it stands.</summary>
    public JsonObject IssueOf(Repository repository, PullRequest pull)
    {
        var html = Url($"/{repository.FullName}/pull/{pull.Number}");
        var json = Issue(repository, new Issue(pull.Id, pull.Number, pull.Author, pull.Title, pull.Body, pull.CreatedAt) { State = pull.State, UpdatedAt = pull.UpdatedAt });
        json["html_url"] = html;
        json["draft"] = pull.IsDraft;
        json["pull_request"] = new JsonObject
        {
            ["url"] = Api(repository, $"/pulls/{pull.Number}"),
            ["html_url"] = html,
            ["diff_url"] = $"{html}.diff",
            ["patch_url"] = $"{html}.patch",
            ["merged_at"] = pull.MergedAt is { } merged ? Time(merged) : null,
        };
        return json;
    }

    /// <param name="isEvent">An event writes the verdict small.</param>
    public JsonObject Review(Repository repository, PullRequest pull, GivenReview review, bool isEvent)
    {
        var (html, api) = (Url($"/{repository.FullName}/pull/{pull.Number}#pullrequestreview-{review.Id}"), Api(repository, $"/pulls/{pull.Number}"));
        return new()
        {
            ["id"] = review.Id,
            ["node_id"] = NodeId("PRR", review.Id),
            ["user"] = User(review.Author),
            ["body"] = isEvent ? review.Text : review.Text ?? "",
            ["state"] = isEvent ? review.Verdict : review.Verdict.ToUpperInvariant(),
            ["commit_id"] = review.Commit,
            ["submitted_at"] = Time(review.SubmittedAt),
            ["html_url"] = html,
            ["pull_request_url"] = api,
            ["author_association"] = Association(repository, review.Author),
            ["_links"] = new JsonObject { ["html"] = Link(html), ["pull_request"] = Link(api) },
        };
    }

    /// <param name="isEvent">An event says null of a line that is gone; the API leaves it out.</param>
    public JsonObject ReviewComment(Repository repository, PullRequest pull, ReviewComment comment, bool isEvent)
    {
        var (api, pullApi) = (Api(repository, $"/pulls/comments/{comment.Id}"), Api(repository, $"/pulls/{pull.Number}"));
        var html = Url($"/{repository.FullName}/pull/{pull.Number}#discussion_r{comment.Id}");
        var json = new JsonObject
        {
            ["id"] = comment.Id,
            ["node_id"] = NodeId("PRRC", comment.Id),
            ["url"] = api,
            ["html_url"] = html,
            ["pull_request_url"] = pullApi,
            ["pull_request_review_id"] = comment.Review.Id,
            ["diff_hunk"] = "@@ -1 +1 @@",
            ["path"] = comment.Path,
            ["position"] = comment.Line is null ? null : 1,
            ["original_position"] = 1,
            ["line"] = comment.Line,
            ["original_line"] = comment.Line ?? 1,
            ["start_line"] = null,
            ["original_start_line"] = null,
            ["start_side"] = null,
            ["side"] = "RIGHT",
            ["subject_type"] = "line",
            ["commit_id"] = comment.Review.Commit,
            ["original_commit_id"] = comment.Review.Commit,
            ["user"] = User(comment.Author),
            ["body"] = comment.Body,
            ["created_at"] = Time(comment.CreatedAt),
            ["updated_at"] = Time(comment.CreatedAt),
            ["author_association"] = Association(repository, comment.Author),
            ["reactions"] = Reactions($"{api}/reactions", comment.Reactions),
            ["_links"] = new JsonObject { ["self"] = Link(api), ["html"] = Link(html), ["pull_request"] = Link(pullApi) },
        };
        foreach (var gone in comment.Line is null && !isEvent ? (string[])["line", "position"] : [])
            json.Remove(gone);
        if (comment.First is { } first)
            json["in_reply_to_id"] = first.Id;
        return json;
    }

    public JsonObject Reaction(GivenReaction reaction) => new()
    {
        ["id"] = reaction.Id,
        ["node_id"] = NodeId("REA", reaction.Id),
        ["user"] = User(reaction.Author),
        ["content"] = reaction.Content,
        ["created_at"] = Time(reaction.CreatedAt),
    };

    public static JsonObject Reactions(string url, IReadOnlyList<GivenReaction> reactions)
    {
        var json = new JsonObject { ["url"] = url, ["total_count"] = reactions.Count };
        foreach (var content in (string[])["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"])
            json[content] = reactions.Count(reaction => reaction.Content == content);
        return json;
    }

    /// <summary>A run of Actions, as of the end of this job of it.</summary>
    public JsonObject Run(Repository repository, CheckRun job, User actor)
    {
        var origin = job.Origin!;
        var api = Api(repository, $"/actions/runs/{origin.RunId}");
        var json = new JsonObject
        {
            ["id"] = origin.RunId,
            ["node_id"] = NodeId("WFR", origin.RunId),
            ["name"] = origin.Workflow,
            ["display_title"] = origin.Workflow,
            ["path"] = $".github/workflows/{origin.Workflow.ToLowerInvariant()}.yml",
            ["event"] = origin.Trigger,
            ["status"] = job.Conclusion is null ? "in_progress" : "completed",
            ["conclusion"] = job.Conclusion,
            ["head_branch"] = BranchAt(repository, job.Commit),
            ["head_sha"] = job.Commit,
            ["head_commit"] = HeadCommit(repository, job),
            ["head_repository"] = Repository(repository),
            ["repository"] = Repository(repository),
            ["run_number"] = origin.RunNumber,
            ["run_attempt"] = 1,
            ["referenced_workflows"] = new JsonArray(),
            ["workflow_id"] = repository.Id,
            ["check_suite_id"] = origin.RunId,
            ["check_suite_node_id"] = NodeId("CS", origin.RunId),
            ["pull_requests"] = PullRequestsAt(repository, job.Commit),
            ["actor"] = User(actor),
            ["triggering_actor"] = User(actor),
            ["url"] = api,
            ["html_url"] = Url($"/{repository.FullName}/actions/runs/{origin.RunId}"),
            ["check_suite_url"] = Api(repository, $"/check-suites/{origin.RunId}"),
            ["workflow_url"] = Api(repository, $"/actions/workflows/{repository.Id}"),
            ["previous_attempt_url"] = null,
            ["created_at"] = Time(job.StartedAt),
            ["updated_at"] = Time(world.Now),
            ["run_started_at"] = Time(job.StartedAt),
        };
        foreach (var name in (string[])["jobs", "logs", "artifacts", "cancel", "rerun"])
            json[$"{name}_url"] = $"{api}/{name}";
        return json;
    }

    public JsonObject Workflow(Repository repository, JobOrigin origin) => new()
    {
        ["id"] = repository.Id,
        ["node_id"] = NodeId("W", repository.Id),
        ["name"] = origin.Workflow,
        ["path"] = $".github/workflows/{origin.Workflow.ToLowerInvariant()}.yml",
        ["state"] = "active",
        ["created_at"] = Time(repository.CreatedAt),
        ["updated_at"] = Time(repository.CreatedAt),
        ["url"] = Api(repository, $"/actions/workflows/{repository.Id}"),
        ["html_url"] = Url($"/{repository.FullName}/blob/{repository.DefaultBranch}/.github/workflows"),
        ["badge_url"] = Url($"/{repository.FullName}/workflows/badge.svg"),
    };

    public JsonObject Suite(Repository repository, CheckRun check)
    {
        var id = check.Origin?.RunId ?? check.Id;
        return new()
        {
            ["id"] = id,
            ["node_id"] = NodeId("CS", id),
            ["head_branch"] = BranchAt(repository, check.Commit),
            ["head_sha"] = check.Commit,
            ["status"] = check.Conclusion is null ? "in_progress" : "completed",
            ["conclusion"] = check.Conclusion,
            ["url"] = Api(repository, $"/check-suites/{id}"),
            ["check_runs_url"] = Api(repository, $"/check-suites/{id}/check-runs"),
            ["before"] = null,
            ["after"] = check.Commit,
            ["pull_requests"] = PullRequestsAt(repository, check.Commit),
            ["app"] = App(check.App),
            ["latest_check_runs_count"] = 1,
            ["rerequestable"] = true,
            ["runs_rerequestable"] = true,
            ["head_commit"] = HeadCommit(repository, check),
            ["created_at"] = Time(check.StartedAt),
            ["updated_at"] = Time(world.Now),
        };
    }

    /// <summary>The address by which a person reads a check.</summary>
    public string CheckUrl(Repository repository, CheckRun check) => check.Origin is { } origin
        ? Url($"/{repository.FullName}/actions/runs/{origin.RunId}/job/{check.Id}")
        : Url($"/{repository.FullName}/runs/{check.Id}");

    public static JsonObject SimpleUser(User user) => new() { ["name"] = user.Login, ["email"] = $"{user.Login}@example.invalid", ["username"] = user.Login };

    /// <summary>As a status names the commit that it is about.</summary>
    public JsonObject Commit(Repository repository, string sha)
    {
        var (api, html) = (Api(repository, $"/commits/{sha}"), Url($"/{repository.FullName}/commit/{sha}"));
        var signer = new JsonObject { ["name"] = repository.Owner.Login, ["email"] = "fake@example.invalid", ["date"] = Time(world.Now) };
        return new()
        {
            ["sha"] = sha,
            ["node_id"] = NodeId("C", repository.Id),
            ["url"] = api,
            ["html_url"] = html,
            ["comments_url"] = $"{api}/comments",
            ["author"] = User(repository.Owner),
            ["committer"] = User(repository.Owner),
            ["parents"] = new JsonArray(),
            ["commit"] = new JsonObject
            {
                ["url"] = api,
                ["message"] = "A change",
                ["comment_count"] = 0,
                ["author"] = signer,
                ["committer"] = signer.DeepClone(),
                ["tree"] = new JsonObject { ["sha"] = sha, ["url"] = Api(repository, $"/git/trees/{sha}") },
                ["verification"] = new JsonObject { ["verified"] = false, ["reason"] = "unsigned", ["signature"] = null, ["payload"] = null, ["verified_at"] = null },
            },
        };
    }

    private JsonObject App(string slug) => new()
    {
        ["id"] = slug.Length,
        ["slug"] = slug,
        ["node_id"] = NodeId("A", slug.Length),
        ["owner"] = User(world.User("github")),
        ["name"] = slug,
        ["description"] = "",
        ["external_url"] = Url($"/apps/{slug}"),
        ["html_url"] = Url($"/apps/{slug}"),
        ["created_at"] = "2026-01-01T00:00:00Z",
        ["updated_at"] = "2026-01-01T00:00:00Z",
        ["permissions"] = new JsonObject(),
        ["events"] = new JsonArray(),
    };

    private static JsonObject HeadCommit(Repository repository, CheckRun check) => new()
    {
        ["id"] = check.Commit,
        ["tree_id"] = check.Commit,
        ["message"] = "A change",
        ["timestamp"] = Time(check.StartedAt),
        ["author"] = SimpleUser(repository.Owner),
        ["committer"] = SimpleUser(repository.Owner),
    };

    private static string? BranchAt(Repository repository, string commit) => repository.Git.BranchesAt(commit) is { Count: > 0 } branches
        ? branches.OrderByDescending(branch => repository.PullRequests.Exists(pull => pull.Head == branch)).First()
        : null;

    private JsonArray PullRequestsAt(Repository repository, string commit)
    {
        var small = new JsonObject { ["id"] = repository.Id, ["url"] = Api(repository, ""), ["name"] = repository.Name };
        return [.. repository.PullRequests.Where(pull => pull.State == "open" && HeadOf(repository, pull) == commit).Select(pull => new JsonObject
        {
            ["url"] = Api(repository, $"/pulls/{pull.Number}"),
            ["id"] = pull.Id,
            ["number"] = pull.Number,
            ["head"] = new JsonObject { ["ref"] = pull.Head, ["sha"] = commit, ["repo"] = small.DeepClone() },
            ["base"] = new JsonObject { ["ref"] = pull.Base, ["sha"] = repository.Git.Find($"refs/heads/{pull.Base}"), ["repo"] = small.DeepClone() },
        })];
    }
}
