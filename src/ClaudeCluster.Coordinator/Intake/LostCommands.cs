using ClaudeCluster.GitHub;

namespace ClaudeCluster.Coordinator;

/// <summary>A command that its webhook may not have told of.</summary>
/// <param name="Flow">To which it is; null: it asks for one.</param>
/// <param name="Doubt">Why it is not to be done, though it was given; null: it is.</param>
internal sealed record LostCommand(FoundComment Said, SteeringCommand Command, FlowState? Flow, string? Doubt)
{
    private bool IsOnPullRequest => Flow is not null && Said.Number != Flow.Issue.Number;

    /// <summary>It begins with the issue's text, which is not what the flow knows of it.</summary>
    public bool NeedsText => !IsOnPullRequest && Command is SteeringCommand.Retry or SteeringCommand.Run;

    /// <summary>As the webhook would have told it.</summary>
    /// <param name="seen">The issue as its author had it before them; null: that is not known, so the text that the flow has from people with the right counts.</param>
    /// <returns>Null: no text is known to work on.</returns>
    public RepositoryEvent? AsEvent(RepositoryRef repository, IssueSnapshot? seen)
    {
        if (Flow is null)
            return seen is null ? null : Commented(repository, seen);
        var pull = new PullRequestSnapshot(Said.Number, Flow.Branch, Flow.Head ?? new CommitId(string.Empty), repository.DefaultBranch, IsOpen: true, IsDraft: false, IsMerged: false, IsFromFork: false, Said.Comment.CreatedAt);
        if (Said.Review is { } review)
            return new RepositoryEvent.Reviewed("submitted", pull, review.Id, review.Verdict, Said.Comment.Text, review.Commit) { Key = Said.Key, Repository = repository, Sender = Said.Sender };
        if (Said.Line is { } line)
            return new RepositoryEvent.ReviewCommented("created", pull, Said.Comment, line.Path, line.InReplyTo) { Key = Said.Key, Repository = repository, Sender = Said.Sender };
        var known = (Flow.NewerIssue ?? Flow.Issue) with { Number = Said.Number, IsPullRequest = IsOnPullRequest, UpdatedAt = Said.Comment.CreatedAt };
        return Commented(repository, seen ?? known);
    }

    private RepositoryEvent.Commented Commented(RepositoryRef repository, IssueSnapshot issue) => new("created", issue, Said.Comment) { Key = Said.Key, Repository = repository, Sender = Said.Sender };
}

/// <summary>PURE. What of all that people wrote is a command to an open flow, or asks for one, and whether it still means what it meant.</summary>
internal static class LostCommands
{
    /// <param name="flows">Of the repository, that are open.</param>
    /// <returns>The oldest first.</returns>
    public static IReadOnlyList<LostCommand> Of(IReadOnlyList<OpenFlow> flows, IReadOnlyList<FoundComment> said)
    {
        var given = from comment in said
                    let command = CommandReader.Read(comment.Comment.Text)
                    where command is not null
                    let flow = flows.FirstOrDefault(flow => IsTo(flow, comment))
                    where flow is not null || AsksForFlow(flows, comment, command)
                    orderby comment.Comment.CreatedAt, comment.Comment.Id.Value.Length, comment.Comment.Id.Value
                    select (Said: comment, Command: command, Flow: flow);
        var all = given.ToList();
        return [.. all.Select((one, index) => new LostCommand(one.Said, one.Command, one.Flow?.State, DoubtOf(one, all.Skip(index + 1))))];
    }

    /// <summary>GitHub's times are whole seconds.</summary>
    private static bool IsTo(OpenFlow flow, FoundComment comment) =>
        comment.Comment.CreatedAt > flow.StartedAt - TimeSpan.FromSeconds(1)
        && (comment.Number == flow.State.PullRequest?.Number || (comment.Number == flow.State.Issue.Number && comment.Line is null));

    /// <summary>Whether its issue's last flow has ended since is asked as of any event.</summary>
    private static bool AsksForFlow(IReadOnlyList<OpenFlow> flows, FoundComment comment, SteeringCommand command) =>
        command is SteeringCommand.Run or SteeringCommand.Retry && comment is { Line: null, Review: null }
        && !flows.Any(flow => comment.Number == flow.State.Issue.Number || comment.Number == flow.State.PullRequest?.Number);

    private static string? DoubtOf((FoundComment Said, SteeringCommand Command, OpenFlow? Flow) one, IEnumerable<(FoundComment Said, SteeringCommand Command, OpenFlow? Flow)> later)
    {
        if (later.Any(other => other.Flow == one.Flow && (one.Flow is not null || other.Said.Number == one.Said.Number) && other.Said.Sender.Id == one.Said.Sender.Id && Overtakes(other.Command, one.Command)))
            return "the same person gave another one since";

        // A yes or a no is to what was asked when it was said, and this may ask for something else by now.
        return one.Command is SteeringCommand.Approve or SteeringCommand.Reject && one.Flow?.LastUpdatedAt > one.Said.Comment.CreatedAt
            ? "the flow has gone on since, and may ask for something else by now"
            : null;
    }

    /// <summary>Whoever had no answer and said something else wants that; but a question or a piece of advice takes nothing back.</summary>
    private static bool Overtakes(SteeringCommand later, SteeringCommand earlier) => (Turns(later) && Turns(earlier)) || (later, earlier) is (SteeringCommand.Budget, SteeringCommand.Budget);

    private static bool Turns(SteeringCommand command) => command is SteeringCommand.Run or SteeringCommand.Retry or SteeringCommand.Cancel
        or SteeringCommand.Pause or SteeringCommand.Resume or SteeringCommand.Approve or SteeringCommand.Reject;
}
