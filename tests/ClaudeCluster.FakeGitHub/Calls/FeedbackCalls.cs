using System.Globalization;
using System.Text.Json.Nodes;
using ClaudeCluster.FakeGitHub.Answers;
using ClaudeCluster.FakeGitHub.State;

namespace ClaudeCluster.FakeGitHub.Calls;

/// <summary>The REST calls about what comes back on a pull request.</summary>
internal static class FeedbackCalls
{
    private const int LongestBody = 65_536;

    private static readonly string[] KnownReactions = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"];

    public static IReadOnlyList<Route> All { get; } =
    [
        new("GET", "/repos/{owner}/{repo}/pulls/{pull_number}", "pull_requests=read", Read),
        new("PATCH", "/repos/{owner}/{repo}/pulls/{pull_number}", "pull_requests=write", Edit),
        new("GET", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews", "pull_requests=read", ListReviews),
        new("GET", "/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", "pull_requests=read", ReadReview),
        new("GET", "/repos/{owner}/{repo}/pulls/{pull_number}/comments", "pull_requests=read", ListComments),
        new("POST", "/repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies", "pull_requests=write", Reply),
        new("POST", "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", "issues=write; pull_requests=write", ReactToComment),
        new("POST", "/repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions", "pull_requests=write", ReactToRemark),
        new("GET", "/repos/{owner}/{repo}/actions/jobs/{job_id}/logs", "actions=read", ReadLog),
    ];

    private static Answer Read(Call call) => Find(call) is { } pull ? new(200, Whole(call, pull)) : Answer.NotFound;

    private static Answer Edit(Call call)
    {
        if (Find(call) is not { } pull)
            return Answer.NotFound;
        if (call.OptionalText("body")?.Length > LongestBody)
            return Answer.Invalid("PullRequest", "body", "custom", "body is too long (maximum is 65536 characters)");
        (pull.Title, pull.Body) = (call.OptionalText("title") ?? pull.Title, call.OptionalText("body") ?? pull.Body);
        pull.UpdatedAt = call.World.Now;
        call.Tell(
            call.Repository, "pull_request", "edited",
            ("number", pull.Number), ("changes", new JsonObject()), ("pull_request", call.Shapes.PullRequest(call.Repository, pull, isWhole: true)));
        return new(200, Whole(call, pull));
    }

    private static JsonObject Whole(Call call, PullRequest pull)
    {
        var json = call.Shapes.PullRequest(call.Repository, pull, isWhole: true);
        var mergeable = pull.State == "open" ? Mergeability.Of(call.Repository, pull) : null;
        json["mergeable"] = mergeable;
        json["mergeable_state"] = mergeable switch { true => "clean", false => "dirty", null => "unknown" };
        return json;
    }

    private static Answer ListReviews(Call call) => Find(call) is { } pull
        ? new(200) { List = [.. pull.Reviews.Select(review => call.Shapes.Review(call.Repository, pull, review, isEvent: false))] }
        : Answer.NotFound;

    private static Answer ReadReview(Call call) => Find(call) is { } pull && pull.Reviews.Find(review => Is(call, "review_id", review.Id)) is { } review
        ? new(200, call.Shapes.Review(call.Repository, pull, review, isEvent: false))
        : Answer.NotFound;

    private static Answer ListComments(Call call) => Find(call) is { } pull
        ? new(200) { List = [.. pull.ReviewComments.Where(comment => comment.Hidden-- <= 0).Select(comment => call.Shapes.ReviewComment(call.Repository, pull, comment, isEvent: false))] }
        : Answer.NotFound;

    /// <summary>A review of its own, without a verdict, as GitHub makes of each single answer.</summary>
    private static Answer Reply(Call call)
    {
        if (Find(call) is not { } pull || pull.ReviewComments.Find(comment => Is(call, "comment_id", comment.Id)) is not { } first)
            return Answer.NotFound;
        if (first.First is not null || call.Text("body").Length is 0 or > LongestBody)
            return Answer.Invalid("PullRequestReviewComment", first.First is null ? "body" : "in_reply_to", "invalid");
        var review = new GivenReview(call.World.NewId() + 3_000_000_000, call.Token.User, "commented", null, Shapes.HeadOf(call.Repository, pull), call.World.Now);
        foreach (var happened in People.AddReview(call.World, call.Shapes, call.Repository, pull, review, new Remark(first.Path, first.Line, call.Text("body"), first)))
            call.World.Happened.Enqueue(happened);
        pull.ReviewComments[^1].Hidden = call.World.ListLag;
        return new(201, call.Shapes.ReviewComment(call.Repository, pull, pull.ReviewComments[^1], isEvent: false));
    }

    private static Answer ReactToComment(Call call)
    {
        var issue = call.Repository.Issues.Find(issue => issue.Comments.Exists(comment => Is(call, "comment_id", comment.Id)));
        var pull = call.Repository.PullRequests.Find(pull => pull.Comments.Exists(comment => Is(call, "comment_id", comment.Id)));
        var comment = (issue?.Comments ?? pull?.Comments ?? []).Find(comment => Is(call, "comment_id", comment.Id));
        return issue is { IsDeleted: true } ? new(410, Shapes.Error(410, "This issue was deleted"))
            : comment is null ? Answer.NotFound
            : React(call, comment.Reactions, issue?.IsLocked ?? pull!.IsLocked);
    }

    private static Answer ReactToRemark(Call call)
    {
        var pull = call.Repository.PullRequests.Find(pull => pull.ReviewComments.Exists(comment => Is(call, "comment_id", comment.Id)));
        return pull is null ? Answer.NotFound : React(call, pull.ReviewComments.Find(comment => Is(call, "comment_id", comment.Id))!.Reactions, pull.IsLocked);
    }

    private static Answer React(Call call, List<GivenReaction> reactions, bool isLocked)
    {
        if (isLocked || !KnownReactions.Contains(call.Text("content")))
            return Answer.Invalid("Reaction", "content", isLocked ? "custom" : "invalid", isLocked ? "This conversation is locked." : null);
        if (reactions.Find(reaction => reaction.Author == call.Token.User && reaction.Content == call.Text("content")) is { } known)
            return new(200, call.Shapes.Reaction(known));
        reactions.Add(new(call.World.NewId(), call.Token.User, call.Text("content"), call.World.Now));
        return new(201, call.Shapes.Reaction(reactions[^1]));
    }

    private static Answer ReadLog(Call call)
    {
        if (Checks.Of(call.World, call.Repository).FirstOrDefault(check => check.Origin is not null && Is(call, "job_id", check.Id)) is not { } job)
            return Answer.NotFound;
        if (job.IsLogDeleted)
            return new(410, Shapes.Error(410, "Server Error: Logs are gone"));
        var answer = new Answer(302);
        answer.Headers["Location"] = LogStore.AddressOf(call.World, job);
        return answer;
    }

    private static PullRequest? Find(Call call) => call.Repository.PullRequests.Find(pull => pull.Number == call.Number("pull_number"));

    private static bool Is(Call call, string name, long id) => call.Route[name] == id.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Whether git could put the two branches together. GitHub weighs it when somebody asks, and does not know until then.</summary>
internal static class Mergeability
{
    /// <returns>Null: these two commits were never weighed before.</returns>
    public static bool? Of(Repository repository, PullRequest pull)
    {
        var (head, @base) = (Shapes.HeadOf(repository, pull), repository.Git.Find($"refs/heads/{pull.Base}"));
        if (@base is null)
            return null;
        var isWeighed = pull.Weighed == (head, @base);
        pull.Weighed = (head, @base);
        return isWeighed ? repository.Git.MergedTree(@base, head) is not null : null;
    }
}
