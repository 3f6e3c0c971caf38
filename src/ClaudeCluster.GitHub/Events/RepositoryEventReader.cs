using System.Text.Json;

namespace ClaudeCluster.GitHub;

/// <summary>
/// Reads any event that a flow may care about. A webhook's body and the file that Actions names by <c>GITHUB_EVENT_PATH</c> are the same
/// JSON, so both read as the same <see cref="RepositoryEvent"/> with the same key.
/// </summary>
public static class RepositoryEventReader
{
    internal const string CommentEvent = "issue_comment";
    internal const string RemarkEvent = "pull_request_review_comment";
    internal const string ReviewEvent = "pull_request_review";

    /// <param name="body">The bytes as they came.</param>
    /// <param name="place">For problems: the file's name, or which door it came by.</param>
    /// <param name="eventName">GitHub's name of the event (a header, or <c>GITHUB_EVENT_NAME</c>); null: it is told by the body.</param>
    /// <returns>Null: the event is about no repository (a ping of an organisation's webhook), or not one that is known here.</returns>
    /// <exception cref="BadInputException">With all that is wrong, by JSON path.</exception>
    public static RepositoryEvent? Read(ReadOnlyMemory<byte> body, string place, string? eventName = null)
    {
        using var json = PayloadJson.Parse(body, place, EventReader.MaxSize);
        var payload = new JsonPayload(json.RootElement, place);
        var name = eventName ?? EventKind.Of(payload)
            ?? throw new BadInputException(place, "It looks like no event of GitHub's.", "Give the event's name too, or the event as GitHub sent it.");
        if (payload.OptionalObject("repository") is not { } repository || payload.OptionalObject("sender") is not { } sender)
            return NoEvent(payload, name);
        var read = ReadEvent(payload, name, new Origin(PayloadParts.Repository(repository), PayloadParts.Sender(sender)));
        payload.ThrowIfBad();
        return read with { Key = KeyOf(name, read) };
    }

    /// <summary>Where it happened and who did it: all of the family have that.</summary>
    private sealed record Origin(RepositoryRef Repository, Requester Sender);

    private static RepositoryEvent? NoEvent(JsonPayload payload, string name)
    {
        // A schedule has no sender, and starts no work: it is for the reconciler. What is not known here may be about no repository at all.
        if (EventKind.IsKnown(name) && name is not ("ping" or "schedule"))
            payload.ReportMissing(payload.Has("repository") ? "sender" : "repository");
        payload.ThrowIfBad();
        return null;
    }

    private static RepositoryEvent ReadEvent(JsonPayload payload, string name, Origin origin)
    {
        var action = payload.OptionalText("action") ?? string.Empty;
        return name switch
        {
            EventKind.Issues => ReadIssue(payload, origin),
            CommentEvent => new RepositoryEvent.Commented(action, PayloadParts.Issue(payload.Object("issue")), PayloadParts.Comment(payload.Object("comment")))
            { Key = "", Repository = origin.Repository, Sender = origin.Sender },
            "pull_request" => new RepositoryEvent.PullRequestChanged(action, PayloadParts.PullRequest(payload.Object("pull_request"), origin.Repository))
            { Key = "", Repository = origin.Repository, Sender = origin.Sender },
            ReviewEvent => ReadReview(payload, action, origin),
            RemarkEvent => ReadReviewComment(payload, action, origin),
            "push" => ReadPush(payload, origin),
            "status" => new RepositoryEvent.StatusChanged(PayloadParts.Commit(payload, "sha"), payload.Text("context"), payload.Text("state"))
            { Key = "", Repository = origin.Repository, Sender = origin.Sender },
            "check_suite" => ReadChecks(payload.Object("check_suite"), action, origin),
            "workflow_run" => ReadRun(payload.Object("workflow_run"), action, origin),
            "workflow_job" => ReadJob(payload.Object("workflow_job"), action, origin),
            _ => new RepositoryEvent.Other(name, action) { Key = "", Repository = origin.Repository, Sender = origin.Sender },
        };
    }

    private static RepositoryEvent.IssueChanged ReadIssue(JsonPayload payload, Origin origin)
    {
        var read = EventReader.ReadEvent(payload);
        return new(read) { Key = read.Key, Repository = origin.Repository, Sender = origin.Sender };
    }

    private static RepositoryEvent.Reviewed ReadReview(JsonPayload payload, string action, Origin origin)
    {
        var review = payload.Object("review");
        CommitId? commit = review.OptionalText("commit_id") is { } sha && PayloadParts.IsSha(sha) ? new(sha) : null;
        return new(
            action,
            PayloadParts.PullRequest(payload.Object("pull_request"), origin.Repository),
            review.Number("id", long.MaxValue),
            review.Text("state").ToLowerInvariant(),
            review.OptionalText("body") ?? string.Empty,
            commit)
        { Key = "", Repository = origin.Repository, Sender = origin.Sender };
    }

    private static RepositoryEvent.ReviewCommented ReadReviewComment(JsonPayload payload, string action, Origin origin)
    {
        var comment = payload.Object("comment");
        CommentId? first = comment.OptionalNumber("in_reply_to_id", long.MaxValue) is { } id ? new(PayloadParts.Text(id)) : null;
        return new(action, PayloadParts.PullRequest(payload.Object("pull_request"), origin.Repository), PayloadParts.Comment(comment), comment.Text("path"), first)
        {
            Key = "",
            Repository = origin.Repository,
            Sender = origin.Sender,
        };
    }

    private static RepositoryEvent.Pushed ReadPush(JsonPayload payload, Origin origin)
    {
        return new(payload.Text("ref"), Standing("before"), Standing("after")) { Key = "", Repository = origin.Repository, Sender = origin.Sender };

        // Git writes nothing but zeros where there is no commit.
        CommitId? Standing(string field) => PayloadParts.Commit(payload, field) is var commit && commit.Value.Any(digit => digit != '0') ? commit : null;
    }

    private static RepositoryEvent.ChecksChanged ReadChecks(JsonPayload suite, string action, Origin origin) =>
        new(action, suite.Number("id", long.MaxValue), PayloadParts.Commit(suite, "head_sha"), suite.OptionalText("head_branch"), suite.OptionalText("conclusion"))
        {
            Key = "",
            Repository = origin.Repository,
            Sender = origin.Sender,
        };

    private static RepositoryEvent.RunChanged ReadRun(JsonPayload run, string action, Origin origin)
    {
        var snapshot = new WorkflowRunSnapshot(
            run.Number("id", long.MaxValue),
            run.OptionalText("name") ?? string.Empty,
            run.OptionalText("display_title") ?? string.Empty,
            run.OptionalText("event") ?? string.Empty,
            run.OptionalText("status") ?? string.Empty,
            run.OptionalText("conclusion"),
            PayloadParts.Commit(run, "head_sha"),
            run.OptionalText("head_branch"),
            (int)(run.OptionalNumber("run_attempt", int.MaxValue) ?? 1),
            PayloadParts.IsElsewhere(run.OptionalObject("head_repository"), origin.Repository),
            run.OptionalText("html_url"));
        return new(action, snapshot) { Key = "", Repository = origin.Repository, Sender = origin.Sender };
    }

    private static RepositoryEvent.JobChanged ReadJob(JsonPayload job, string action, Origin origin) =>
        new(
            action,
            job.Number("id", long.MaxValue),
            job.Number("run_id", long.MaxValue),
            job.Names("labels"),
            job.OptionalText("runner_name") is { Length: > 0 } runner ? runner : null,
            job.OptionalText("conclusion"))
        { Key = "", Repository = origin.Repository, Sender = origin.Sender };

    /// <summary>What was read is what is said: written as JSON, without the key itself, and without what differs by door.</summary>
    private static string KeyOf(string name, RepositoryEvent read) => read switch
    {
        RepositoryEvent.IssueChanged { Issue.Key: var key } => key,
        RepositoryEvent.Commented { Action: "created" } said => PayloadParts.KeyOfNew(CommentEvent, read.Repository, said.Comment.Id),
        RepositoryEvent.ReviewCommented { Action: "created" } said => PayloadParts.KeyOfNew(RemarkEvent, read.Repository, said.Comment.Id),
        RepositoryEvent.Reviewed { Action: "submitted" } said => PayloadParts.KeyOfNew(ReviewEvent, read.Repository, new(PayloadParts.Text(said.Review))),
        _ => PayloadParts.Key("1", name, JsonSerializer.Serialize(read)),
    };
}
