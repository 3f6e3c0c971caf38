namespace ClaudeCluster.GitHub;

/// <summary>
/// Asks GitHub how things stand, where an event of it may never have come: GitHub sends each once. Answers are given as the events that were
/// lost, with keys of their own: however often one is read, it is the same event. Only reads.
/// </summary>
public interface ILostEvents
{
    /// <summary>The repositories to look after: those named, or, if none is, all in which the App is installed. One that cannot be seen is left out.</summary>
    /// <param name="named">As in <c>owner/name</c>.</param>
    /// <param name="known">Others that are looked after anyway.</param>
    Task<IReadOnlyList<WatchedRepository>> ListRepositoriesAsync(IReadOnlyList<string> named, IReadOnlyList<RepositoryRef> known, CancellationToken cancellationToken);

    /// <summary>The open issues that bear a label. Costs nothing of the hourly requests while nothing has changed.</summary>
    Task<IReadOnlyList<LabelledIssue>> ListLabelledAsync(RepositoryRef repository, string label, CancellationToken cancellationToken);

    /// <summary>Who set the label last, when, and on which text.</summary>
    Task<Labelling> ReadLabellingAsync(RepositoryRef repository, int issue, string label, CancellationToken cancellationToken);

    /// <summary>An issue as it stands. Costs nothing of the hourly requests while nothing of it has changed.</summary>
    /// <returns>Null: it is gone.</returns>
    Task<IssueNow?> ReadIssueAsync(RepositoryRef repository, int issue, CancellationToken cancellationToken);

    /// <summary>What stands and would have stopped work on an issue: that it was closed, lost its label, or got one that keeps the cluster away.</summary>
    /// <param name="trigger">The label that work was asked for with; null: it was not asked for with one.</param>
    /// <param name="exclude">Labels that keep the cluster away.</param>
    /// <param name="since">What is older does not count.</param>
    /// <returns>The last one, as the webhook would have told it; null: nothing.</returns>
    Task<IssueEvent?> ReadStopAsync(RepositoryRef repository, int issue, string? trigger, IReadOnlyList<string> exclude, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>What people wrote in comments that are still as they were written. Costs nothing of the hourly requests while nothing has changed.</summary>
    /// <param name="atLines">Those at lines of pull requests; else those below issues and pull requests.</param>
    /// <param name="since">Older ones are left out.</param>
    Task<IReadOnlyList<FoundComment>> ListCommentsAsync(RepositoryRef repository, bool atLines, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>What people wrote as the text of a review that is still as it was written. Costs nothing of the hourly requests while no pull request has changed.</summary>
    /// <param name="numbers">The pull requests. A closed one has none.</param>
    /// <param name="since">Older ones are left out.</param>
    Task<IReadOnlyList<FoundComment>> ListReviewsAsync(RepositoryRef repository, IReadOnlyCollection<int> numbers, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>An issue's text as somebody had it before them at a time.</summary>
    /// <returns>Null: it is gone, or somebody else has changed it since.</returns>
    Task<IssueSnapshot?> ReadTextAsync(RepositoryRef repository, int issue, DateTimeOffset at, Requester by, CancellationToken cancellationToken);

    /// <summary>The same words while nothing of a pull request and the checks of its head has changed. Costs nothing of the hourly requests then.</summary>
    Task<string> ReadMarkAsync(RepositoryRef repository, int number, CommitId head, CancellationToken cancellationToken);

    /// <returns>Null: it is gone.</returns>
    Task<PullRequestNow?> ReadPullRequestAsync(RepositoryRef repository, int number, CancellationToken cancellationToken);

    /// <returns>Null: nothing has failed on the commit, or that may not be seen.</returns>
    Task<RepositoryEvent.ChecksChanged?> ReadFailureAsync(RepositoryRef repository, string branch, CommitId commit, CancellationToken cancellationToken);
}

/// <param name="PushedAt">Its files are as they were before, unless this is later; null: GitHub does not say.</param>
public sealed record WatchedRepository(RepositoryRef Repository, DateTimeOffset? PushedAt);

/// <param name="UpdatedAt">GitHub's clock: nothing of the issue has changed since.</param>
public sealed record LabelledIssue(int Number, DateTimeOffset UpdatedAt, IReadOnlyList<string> Labels);

/// <inheritdoc cref="LabelledIssue"/>
public sealed record IssueNow(DateTimeOffset UpdatedAt, bool IsOpen, IReadOnlyList<string> Labels);

/// <summary>How a label came to an issue.</summary>
/// <param name="Event">As the webhook would have told it, had it come; null: it cannot be told, or must not be believed.</param>
/// <param name="Doubt">Why it is not told.</param>
public sealed record Labelling(IssueEvent.Labeled? Event, string? Doubt);

/// <summary>A comment, without what stood around it then.</summary>
/// <param name="Key">That of the event that told of it when it was written.</param>
/// <param name="Number">Of the issue or the pull request below which it stands.</param>
/// <param name="Line">Null: it stands at no line.</param>
public sealed record FoundComment(string Key, int Number, Requester Sender, WrittenComment Comment, LineOfComment? Line)
{
    /// <value>Null: it is no review's text.</value>
    public ReviewOfComment? Review { get; init; }
}

/// <param name="Verdict">As in <c>approved</c>, <c>commented</c>.</param>
/// <param name="Commit">On which it was given; null: that is gone.</param>
public sealed record ReviewOfComment(long Id, string Verdict, CommitId? Commit);

/// <param name="Path">The file.</param>
/// <param name="InReplyTo">The first comment of its thread; null: it is the first.</param>
public sealed record LineOfComment(string Path, CommentId? InReplyTo);

/// <summary>A pull request as it stands, and the events that would have told of it.</summary>
/// <param name="Changed">That it was closed, or that its head is where it is.</param>
/// <param name="Conflicts">Null: GitHub has not computed it yet.</param>
/// <param name="BaseMoved">Null: there is no base branch any more.</param>
/// <param name="Reviews">Each reviewer's last word, where it asks for changes.</param>
public sealed record PullRequestNow(RepositoryEvent.PullRequestChanged Changed, bool? Conflicts, RepositoryEvent.Pushed? BaseMoved, IReadOnlyList<ReviewNow> Reviews);

public sealed record ReviewNow(RepositoryEvent.Reviewed Event, DateTimeOffset SubmittedAt);
