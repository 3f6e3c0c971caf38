using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// What happened in a repository, after the door has read it: a closed family, free of GitHub's JSON. What happened to an issue itself is an
/// <see cref="IssueEvent"/>, which is one of the family.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "happened")]
[JsonDerivedType(typeof(IssueChanged), "issue")]
[JsonDerivedType(typeof(Commented), "comment")]
[JsonDerivedType(typeof(PullRequestChanged), "pullRequest")]
[JsonDerivedType(typeof(Reviewed), "review")]
[JsonDerivedType(typeof(ReviewCommented), "reviewComment")]
[JsonDerivedType(typeof(Pushed), "push")]
[JsonDerivedType(typeof(StatusChanged), "status")]
[JsonDerivedType(typeof(ChecksChanged), "checks")]
[JsonDerivedType(typeof(RunChanged), "run")]
[JsonDerivedType(typeof(JobChanged), "job")]
[JsonDerivedType(typeof(Other), "other")]
public abstract record RepositoryEvent
{
    private RepositoryEvent()
    {
    }

    /// <summary>A hash of what the event says (lower-case hexadecimal): the same event by any door has the same key.</summary>
    public required string Key { get; init; }

    public required RepositoryRef Repository { get; init; }

    /// <summary>Who did it. Authorisation asks for this person, never for an author.</summary>
    public required Requester Sender { get; init; }

    public sealed record IssueChanged(IssueEvent Issue) : RepositoryEvent;

    /// <summary>Under an issue, or under a pull request, which GitHub counts as an issue too.</summary>
    /// <param name="Action">created, edited, deleted.</param>
    /// <param name="Issue">As it stood then.</param>
    public sealed record Commented(string Action, IssueSnapshot Issue, WrittenComment Comment) : RepositoryEvent;

    /// <param name="Action">opened, synchronize (its head moved), closed, reopened, ready_for_review, converted_to_draft, labeled, …</param>
    public sealed record PullRequestChanged(string Action, PullRequestSnapshot PullRequest) : RepositoryEvent;

    /// <param name="Action">submitted, edited, dismissed.</param>
    /// <param name="Verdict">approved, changes_requested, commented, dismissed; lower case, whatever GitHub writes.</param>
    /// <param name="Text">Empty where GitHub says null.</param>
    /// <param name="Commit">What was reviewed; the head may be another by now. Null: GitHub does not know any more.</param>
    public sealed record Reviewed(string Action, PullRequestSnapshot PullRequest, long Review, string Verdict, string Text, CommitId? Commit) : RepositoryEvent;

    /// <summary>At a line of a pull request.</summary>
    /// <param name="Action">created, edited, deleted.</param>
    /// <param name="Path">The file.</param>
    /// <param name="InReplyTo">The first comment of its thread; null: it is the first.</param>
    public sealed record ReviewCommented(string Action, PullRequestSnapshot PullRequest, WrittenComment Comment, string Path, CommentId? InReplyTo) : RepositoryEvent;

    /// <param name="Reference">Whole, as in <c>refs/heads/main</c>.</param>
    /// <param name="Before">Null: it was made.</param>
    /// <param name="After">Null: it was deleted.</param>
    public sealed record Pushed(string Reference, CommitId? Before, CommitId? After) : RepositoryEvent;

    /// <param name="Context">Which service says so.</param>
    /// <param name="State">pending, success, failure, error.</param>
    public sealed record StatusChanged(CommitId Commit, string Context, string State) : RepositoryEvent;

    /// <summary>All checks of one App on one commit. GitHub sends none for those that Actions makes: see <see cref="RunChanged"/>.</summary>
    /// <param name="Action">completed, requested, rerequested.</param>
    /// <param name="Conclusion">success, failure, …; null: not yet.</param>
    public sealed record ChecksChanged(string Action, long Suite, CommitId Commit, string? Branch, string? Conclusion) : RepositoryEvent;

    /// <param name="Action">requested, in_progress, completed.</param>
    public sealed record RunChanged(string Action, WorkflowRunSnapshot Run) : RepositoryEvent;

    /// <param name="Action">queued, waiting, in_progress, completed.</param>
    /// <param name="Labels">What it asks of its runner.</param>
    /// <param name="Runner">Who took it; null: nobody yet.</param>
    public sealed record JobChanged(string Action, long Job, long Run, IReadOnlyList<string> Labels, string? Runner, string? Conclusion) : RepositoryEvent;

    /// <summary>An event that changes nothing for a flow.</summary>
    /// <param name="Name">GitHub's name of it.</param>
    public sealed record Other(string Name, string Action) : RepositoryEvent;
}

/// <summary>A comment at the moment of the event.</summary>
/// <param name="Text">Empty where GitHub says null.</param>
/// <param name="Author">Not always who sent the event: others may edit it.</param>
public sealed record WrittenComment(CommentId Id, string Text, string Author, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A pull request at the moment of the event.</summary>
/// <param name="Head">Its branch, which need not be in this repository: see <paramref name="IsFromFork"/>.</param>
/// <param name="IsFromFork">Its branch is in another repository, or in one that is gone. Nothing of it is ever run.</param>
public sealed record PullRequestSnapshot(int Number, string Head, CommitId HeadCommit, string Base, bool IsOpen, bool IsDraft, bool IsMerged, bool IsFromFork, DateTimeOffset UpdatedAt);

/// <summary>A run of a workflow at the moment of the event.</summary>
/// <param name="Title">What <c>run-name</c> made of it: by this a run is known again that we asked for.</param>
/// <param name="Event">What made it run, as in <c>pull_request</c>.</param>
/// <param name="Conclusion">success, failure, cancelled, timed_out, action_required, …; null: not yet.</param>
/// <param name="Attempt">From 1; a re-run is the next.</param>
/// <param name="IsFromFork">Its head is in another repository.</param>
public sealed record WorkflowRunSnapshot(
    long Id, string Name, string Title, string Event, string Status, string? Conclusion, CommitId Head, string? Branch, int Attempt, bool IsFromFork, string? Url);
