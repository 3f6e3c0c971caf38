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

    /// <returns>Null: it is gone.</returns>
    Task<PullRequestNow?> ReadPullRequestAsync(RepositoryRef repository, int number, CancellationToken cancellationToken);

    /// <returns>Null: nothing has failed on the commit, or that may not be seen.</returns>
    Task<RepositoryEvent.ChecksChanged?> ReadFailureAsync(RepositoryRef repository, string branch, CommitId commit, CancellationToken cancellationToken);
}

/// <param name="PushedAt">Its files are as they were before, unless this is later; null: GitHub does not say.</param>
public sealed record WatchedRepository(RepositoryRef Repository, DateTimeOffset? PushedAt);

/// <param name="UpdatedAt">GitHub's clock: nothing of the issue has changed since.</param>
public sealed record LabelledIssue(int Number, DateTimeOffset UpdatedAt);

/// <summary>How a label came to an issue.</summary>
/// <param name="Event">As the webhook would have told it, had it come; null: it cannot be told, or must not be believed.</param>
/// <param name="Doubt">Why it is not told.</param>
public sealed record Labelling(IssueEvent.Labeled? Event, string? Doubt);

/// <summary>A pull request as it stands, and the events that would have told of it.</summary>
/// <param name="Changed">That it was closed, or that its head is where it is.</param>
/// <param name="Conflicts">Null: GitHub has not computed it yet.</param>
/// <param name="BaseMoved">Null: there is no base branch any more.</param>
/// <param name="Reviews">Each reviewer's last word, where it asks for changes.</param>
public sealed record PullRequestNow(RepositoryEvent.PullRequestChanged Changed, bool? Conflicts, RepositoryEvent.Pushed? BaseMoved, IReadOnlyList<ReviewNow> Reviews);

public sealed record ReviewNow(RepositoryEvent.Reviewed Event, DateTimeOffset SubmittedAt);
