using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Answers;

/// <summary>How GitHub writes what it knows. Every answer is checked against GitHub's own description by the tests.</summary>
internal sealed partial class Shapes(World world)
{
    private static readonly string[] UserUrls =
        ["followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events", "received_events"];

    private static readonly string[] RepositoryUrls =
    [
        "archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits", "compare", "contents", "contributors", "deployments",
        "downloads", "events", "forks", "git_commits", "git_refs", "git_tags", "hooks", "issue_comment", "issue_events", "issues", "keys", "labels",
        "languages", "merges", "milestones", "notifications", "pulls", "releases", "stargazers", "statuses", "subscribers", "subscription", "tags", "teams", "trees",
    ];

    public static string NodeId(string kind, long id) => $"{kind}_{Convert.ToBase64String(Encoding.ASCII.GetBytes(id.ToString(CultureInfo.InvariantCulture))).TrimEnd('=')}";

    public JsonObject User(User user)
    {
        var json = new JsonObject
        {
            ["login"] = user.Login,
            ["id"] = user.Id,
            ["node_id"] = NodeId("U", user.Id),
            ["avatar_url"] = Url($"/avatars/{user.Id}"),
            ["gravatar_id"] = "",
            ["url"] = Url($"/users/{Uri.EscapeDataString(user.Login)}"),
            ["html_url"] = Url($"/{Uri.EscapeDataString(user.Login)}"),
            ["type"] = user.Type,
            ["site_admin"] = false,
        };
        foreach (var name in UserUrls)
            json[$"{name}_url"] = Url($"/users/{Uri.EscapeDataString(user.Login)}/{name}");
        return json;
    }

    /// <summary>GitHub's words.</summary>
    public const string ArchivedMessage = "Repository was archived so is read-only.";

    public JsonObject Repository(Repository repository)
    {
        var json = new JsonObject
        {
            ["id"] = repository.Id,
            ["node_id"] = NodeId("R", repository.Id),
            ["name"] = repository.Name,
            ["full_name"] = repository.FullName,
            ["owner"] = User(repository.Owner),
            ["private"] = repository.IsPrivate,
            ["visibility"] = repository.IsPrivate ? "private" : "public",
            ["html_url"] = Url($"/{repository.FullName}"),
            ["url"] = Api(repository, ""),
            ["clone_url"] = Url($"/{repository.FullName}.git"),
            ["git_url"] = Url($"/{repository.FullName}.git"),
            ["ssh_url"] = $"git@example.invalid:{repository.FullName}.git",
            ["svn_url"] = Url($"/{repository.FullName}"),
            ["default_branch"] = repository.DefaultBranch,
            ["topics"] = new JsonArray(),
            ["has_discussions"] = false,
            ["is_template"] = false,
            ["allow_forking"] = true,
            ["web_commit_signoff_required"] = false,
            ["created_at"] = Time(repository.CreatedAt),
            ["updated_at"] = Time(repository.CreatedAt),
            ["pushed_at"] = Time(repository.CreatedAt),
        };
        foreach (var name in RepositoryUrls)
            json[$"{name}_url"] = Api(repository, $"/{name}");
        foreach (var name in (string[])["description", "homepage", "language", "mirror_url", "license"])
            json[name] = null;
        foreach (var name in (string[])["fork", "has_pages", "archived", "disabled"])
            json[name] = false;
        json["archived"] = repository.IsArchived;
        foreach (var name in (string[])["has_downloads", "has_issues", "has_projects", "has_wiki"])
            json[name] = true;
        foreach (var name in (string[])["forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers", "watchers_count"])
            json[name] = 0;
        return json;
    }

    public JsonObject Label(Repository repository, Label label) => new()
    {
        ["id"] = label.Id,
        ["node_id"] = NodeId("LA", label.Id),
        ["url"] = Api(repository, $"/labels/{Uri.EscapeDataString(label.Name)}"),
        ["name"] = label.Name,
        ["description"] = label.Description,
        ["color"] = label.Color,
        ["default"] = false,
    };

    public JsonObject Comment(Repository repository, Issue issue, Comment comment) => new()
    {
        ["id"] = comment.Id,
        ["node_id"] = NodeId("IC", comment.Id),
        ["url"] = Api(repository, $"/issues/comments/{comment.Id}"),
        ["html_url"] = Url($"/{repository.FullName}/issues/{issue.Number}#issuecomment-{comment.Id}"),
        ["issue_url"] = Api(repository, $"/issues/{issue.Number}"),
        ["body"] = comment.Body,
        ["user"] = User(comment.Author),
        ["performed_via_github_app"] = null,
        ["reactions"] = Reactions(Api(repository, $"/issues/comments/{comment.Id}/reactions"), comment.Reactions),
        ["author_association"] = "MEMBER",
        ["created_at"] = Time(comment.CreatedAt),
        ["updated_at"] = Time(comment.UpdatedAt),
    };

    public JsonObject Issue(Repository repository, Issue issue) => new()
    {
        ["id"] = issue.Id,
        ["node_id"] = NodeId("I", issue.Id),
        ["number"] = issue.Number,
        ["title"] = issue.Title,
        ["body"] = issue.Body,
        ["state"] = issue.State,
        ["state_reason"] = issue.State == "closed" ? "completed" : null,
        ["locked"] = issue.IsLocked,
        ["active_lock_reason"] = null,
        ["url"] = Api(repository, $"/issues/{issue.Number}"),
        ["repository_url"] = Api(repository, ""),
        ["labels_url"] = Api(repository, $"/issues/{issue.Number}/labels"),
        ["comments_url"] = Api(repository, $"/issues/{issue.Number}/comments"),
        ["events_url"] = Api(repository, $"/issues/{issue.Number}/events"),
        ["html_url"] = Url($"/{repository.FullName}/issues/{issue.Number}"),
        ["user"] = User(issue.Author),
        ["labels"] = new JsonArray([.. issue.Labels.Select(label => Label(repository, label))]),
        ["assignee"] = null,
        ["assignees"] = new JsonArray(),
        ["milestone"] = null,
        ["comments"] = issue.Comments.Count,
        ["reactions"] = Reactions(Api(repository, $"/issues/{issue.Number}/reactions"), []),
        ["author_association"] = "MEMBER",
        ["created_at"] = Time(issue.CreatedAt),
        ["updated_at"] = Time(issue.UpdatedAt),
        ["closed_at"] = issue.State == "closed" ? Time(issue.UpdatedAt) : null,
    };

    public JsonObject PullRequest(Repository repository, PullRequest pull, bool isWhole)
    {
        var api = Api(repository, $"/pulls/{pull.Number}");
        var html = Url($"/{repository.FullName}/pull/{pull.Number}");
        var issue = Api(repository, $"/issues/{pull.Number}");
        var headSha = HeadOf(repository, pull);
        var json = new JsonObject
        {
            ["id"] = pull.Id,
            ["node_id"] = NodeId("PR", pull.Id),
            ["number"] = pull.Number,
            ["title"] = pull.Title,
            ["body"] = pull.Body,
            ["state"] = pull.State,
            ["draft"] = pull.IsDraft,
            ["locked"] = pull.IsLocked,
            ["url"] = api,
            ["html_url"] = html,
            ["diff_url"] = $"{html}.diff",
            ["patch_url"] = $"{html}.patch",
            ["issue_url"] = issue,
            ["commits_url"] = $"{api}/commits",
            ["review_comments_url"] = $"{api}/comments",
            ["review_comment_url"] = Api(repository, "/pulls/comments{/number}"),
            ["comments_url"] = $"{issue}/comments",
            ["statuses_url"] = Api(repository, $"/statuses/{pull.HeadSha}"),
            ["user"] = User(pull.Author),
            ["head"] = Side(repository, pull.Head, headSha),
            ["base"] = Side(repository, pull.Base, repository.Git.Find($"refs/heads/{pull.Base}") ?? pull.HeadSha),
            ["labels"] = new JsonArray(),
            ["milestone"] = null,
            ["assignee"] = null,
            ["assignees"] = new JsonArray(),
            ["requested_reviewers"] = new JsonArray(),
            ["requested_teams"] = new JsonArray(),
            ["author_association"] = "MEMBER",
            ["auto_merge"] = null,
            ["active_lock_reason"] = null,
            ["merge_commit_sha"] = pull.MergeCommit,
            ["created_at"] = Time(pull.CreatedAt),
            ["updated_at"] = Time(pull.UpdatedAt),
            ["closed_at"] = pull.ClosedAt is { } closed ? Time(closed) : null,
            ["merged_at"] = pull.MergedAt is { } merged ? Time(merged) : null,
            ["_links"] = new JsonObject
            {
                ["self"] = Link(api),
                ["html"] = Link(html),
                ["issue"] = Link(issue),
                ["comments"] = Link($"{issue}/comments"),
                ["review_comments"] = Link($"{api}/comments"),
                ["review_comment"] = Link(Api(repository, "/pulls/comments{/number}")),
                ["commits"] = Link($"{api}/commits"),
                ["statuses"] = Link(Api(repository, $"/statuses/{pull.HeadSha}")),
            },
        };
        if (isWhole)
            AddWhole(json, pull);
        return json;
    }

    public JsonObject Installation(Installation installation) => new()
    {
        ["id"] = installation.Id,
        ["account"] = User(installation.Account),
        ["app_id"] = installation.App.Id,
        ["app_slug"] = installation.App.Slug,
        ["target_id"] = installation.Account.Id,
        ["target_type"] = "User",
        ["repository_selection"] = "selected",
        ["single_file_name"] = null,
        ["access_tokens_url"] = Url($"/app/installations/{installation.Id}/access_tokens"),
        ["repositories_url"] = Url("/installation/repositories"),
        ["html_url"] = Url($"/settings/installations/{installation.Id}"),
        ["events"] = new JsonArray(),
        ["permissions"] = Map(installation.App.Permissions),
        ["created_at"] = Time(world.Now),
        ["updated_at"] = Time(world.Now),
        ["suspended_by"] = null,
        ["suspended_at"] = null,
    };

    public static JsonObject InstallationToken(Token token) => new()
    {
        ["token"] = token.Value,
        ["expires_at"] = Time(token.ExpiresAt),
        ["permissions"] = Map(token.Permissions!),
        ["repository_selection"] = "selected",
    };

    public static JsonObject Error(int status, string message, params JsonNode?[] errors)
    {
        var json = new JsonObject
        {
            ["message"] = message,
            ["documentation_url"] = "https://docs.github.com/rest",
            ["status"] = status.ToString(CultureInfo.InvariantCulture),
        };
        if (errors.Length > 0)
            json["errors"] = new JsonArray(errors);
        return json;
    }

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static void AddWhole(JsonObject json, PullRequest pull)
    {
        json["merged"] = pull.MergedAt is not null;
        json["merged_by"] = null;

        // GitHub computes it later, and says null until then.
        json["mergeable"] = null;
        json["mergeable_state"] = "unknown";
        json["rebaseable"] = null;
        json["maintainer_can_modify"] = false;
        foreach (var name in (string[])["additions", "changed_files", "comments", "commits", "deletions", "review_comments"])
            json[name] = 0;
    }

    private JsonObject Side(Repository repository, string branch, string sha) => new()
    {
        ["label"] = $"{repository.Owner.Login}:{branch}",
        ["ref"] = branch,
        ["sha"] = sha,
        ["user"] = User(repository.Owner),
        ["repo"] = Repository(repository),
    };

    private static JsonObject Link(string url) => new() { ["href"] = url };

    private static JsonObject Map(IReadOnlyDictionary<string, string> values) => new(values.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private string Api(Repository repository, string path) => Url($"/repos/{repository.FullName}{path}");

    private string Url(string path) => world.Url.AbsoluteUri.TrimEnd('/') + path;
}
