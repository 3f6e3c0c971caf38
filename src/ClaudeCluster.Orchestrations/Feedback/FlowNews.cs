using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>News on its way to a flow. The wrapper keeps its kind when it is written as JSON.</summary>
[DurableEvent(nameof(FlowNews))]
public sealed record NewsDelivery(FlowNews News);

/// <summary>What an open flow hears: what happened to its issue or its pull request, already decided to concern it. A closed family.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "news")]
[JsonDerivedType(typeof(Stopped), "stopped")]
[JsonDerivedType(typeof(Commanded), "commanded")]
[JsonDerivedType(typeof(TextEdited), "textEdited")]
[JsonDerivedType(typeof(ChecksFailed), "checksFailed")]
[JsonDerivedType(typeof(ChangesRequested), "changesRequested")]
[JsonDerivedType(typeof(BaseMoved), "baseMoved")]
[JsonDerivedType(typeof(HeadMoved), "headMoved")]
[JsonDerivedType(typeof(PullRequestClosed), "pullRequestClosed")]
[JsonDerivedType(typeof(AgentMissing), "agentMissing")]
public abstract record FlowNews
{
    private FlowNews()
    {
    }

    /// <summary>The event's: news that come twice are known by it.</summary>
    public required string Key { get; init; }

    /// <summary>Who caused it.</summary>
    public required Requester By { get; init; }

    /// <summary>As the event names it: names and default branches change while a flow rests. Null: an earlier release did not say.</summary>
    public RepositoryRef? Repository { get; init; }

    /// <summary>Somebody wants no work on the issue any more.</summary>
    public sealed record Stopped(string Why) : FlowNews;

    /// <param name="At">The comment; null: it came by the coordinator's API, or is the text of a review.</param>
    /// <param name="Issue">The issue as it was then; null: the comment stood at the pull request.</param>
    public sealed record Commanded(SteeringCommand Command, RemarkRef? At, IssueSnapshot? Issue) : FlowNews
    {
        /// <summary>It is the text of a review: there is no comment to put a sign at, and the answer goes below the pull request.</summary>
        public bool IsInReview { get; init; }
    }

    /// <summary>Title or text of the issue, by somebody who may start work.</summary>
    public sealed record TextEdited(IssueSnapshot Issue) : FlowNews;

    public sealed record ChecksFailed(CommitId Commit) : FlowNews;

    public sealed record ChangesRequested(long Review) : FlowNews;

    /// <summary>The pull request may not be mergeable any more.</summary>
    public sealed record BaseMoved : FlowNews;

    /// <summary>The pull request's branch has a new commit, ours or somebody else's.</summary>
    public sealed record HeadMoved(CommitId Head) : FlowNews;

    public sealed record PullRequestClosed(bool IsMerged) : FlowNews;

    /// <summary>Of the attempt at hand.</summary>
    /// <param name="Missing">Why nobody takes it; null: somebody did.</param>
    public sealed record AgentMissing(string? Missing) : FlowNews
    {
        /// <summary>Who took it; null: nobody did, or an earlier release did not say.</summary>
        public AttemptStarted? Owner { get; init; }
    }
}
