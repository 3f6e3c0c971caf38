using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Answers;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Webhooks;

/// <summary>What GitHub's webhooks say, from whoever's hand it came. Whoever asks holds <see cref="World.Gate"/>.</summary>
internal sealed class Payloads(World world, Shapes shapes)
{
    private const string Nothing = "0000000000000000000000000000000000000000";

    public JsonObject Of(string? action, Repository repository, User sender, params (string Field, JsonNode? Value)[] parts)
    {
        var payload = new JsonObject { ["repository"] = shapes.Repository(repository), ["sender"] = shapes.User(sender) };
        if (action is not null)
            payload["action"] = action;
        foreach (var (field, value) in parts)
            payload[field] = value;
        return payload;
    }

    /// <summary>A branch moved: the push, and what it means to the pull requests of the branch.</summary>
    /// <param name="before">Null: there was none.</param>
    /// <param name="after">Null: it was deleted.</param>
    public IEnumerable<(string Event, JsonObject Payload)> Push(Repository repository, string branch, string? before, string? after, User sender)
    {
        var commit = after is null ? null : new JsonObject
        {
            ["id"] = after,
            ["tree_id"] = after,
            ["distinct"] = true,
            ["message"] = "A change",
            ["timestamp"] = Shapes.Time(world.Now),
            ["url"] = $"{world.Url}{repository.FullName}/commit/{after}",
            ["author"] = Shapes.SimpleUser(sender),
            ["committer"] = Shapes.SimpleUser(sender),
            ["added"] = new JsonArray(),
            ["removed"] = new JsonArray(),
            ["modified"] = new JsonArray(),
        };
        yield return ("push", Of(
            null, repository, sender,
            ("ref", $"refs/heads/{branch}"),
            ("before", before ?? Nothing),
            ("after", after ?? Nothing),
            ("created", before is null),
            ("deleted", after is null),
            ("forced", before is not null && after is not null && !repository.Git.IsAncestor(before, after)),
            ("base_ref", null),
            ("compare", $"{world.Url}{repository.FullName}/compare/{before ?? Nothing}...{after ?? Nothing}"),
            ("commits", commit is null ? new JsonArray() : new JsonArray(commit.DeepClone())),
            ("head_commit", commit),
            ("pusher", new JsonObject { ["name"] = sender.Login, ["email"] = $"{sender.Login}@example.invalid" })));
        if (after is null)
            yield break;
        foreach (var pull in repository.PullRequests.Where(pull => pull.State == "open" && pull.Head == branch).ToList())
        {
            (pull.HeadSha, pull.UpdatedAt) = (after, world.Now);
            yield return ("pull_request", PullRequest(repository, pull, "synchronize", sender, ("before", before), ("after", after)));
        }
    }

    public JsonObject PullRequest(Repository repository, PullRequest pull, string action, User sender, params (string Field, JsonNode? Value)[] more) =>
        Of(action, repository, sender, [("number", pull.Number), ("pull_request", shapes.PullRequest(repository, pull, isWhole: true)), .. more]);

    public JsonObject Review(Repository repository, PullRequest pull, GivenReview review) => Of(
        "submitted", repository, review.Author,
        ("review", shapes.Review(repository, pull, review, isEvent: true)), ("pull_request", shapes.PullRequest(repository, pull, isWhole: false)));

    public JsonObject ReviewComment(Repository repository, PullRequest pull, ReviewComment comment) => Of(
        "created", repository, comment.Author,
        ("comment", shapes.ReviewComment(repository, pull, comment, isEvent: true)), ("pull_request", shapes.PullRequest(repository, pull, isWhole: false)));

    /// <summary>A check ended: of a job of Actions the run ends with it, of another app's its suite. GitHub tells of no suite that Actions made.</summary>
    public (string Event, JsonObject Payload) CheckEnded(Repository repository, CheckRun check)
    {
        var sender = world.User(check.Origin is null ? $"{check.App}[bot]" : "github-actions[bot]", "Bot");
        return check.Origin is { } origin
            ? ("workflow_run", Of("completed", repository, sender, ("workflow_run", shapes.Run(repository, check, sender)), ("workflow", shapes.Workflow(repository, origin))))
            : ("check_suite", Of("completed", repository, sender, ("check_suite", shapes.Suite(repository, check))));
    }

    public JsonObject Status(Repository repository, CommitStatus status) => Of(
        null, repository, status.Author,
        ("id", status.Id),
        ("sha", status.Commit),
        ("name", repository.FullName),
        ("context", status.Context),
        ("state", status.State),
        ("description", status.Description),
        ("target_url", status.Url),
        ("avatar_url", null),
        ("commit", shapes.Commit(repository, status.Commit)),
        ("branches", new JsonArray()),
        ("created_at", Shapes.Time(status.CreatedAt)),
        ("updated_at", Shapes.Time(status.CreatedAt)));
}
