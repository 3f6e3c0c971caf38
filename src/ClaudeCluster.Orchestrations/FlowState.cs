using System.Text.Json.Serialization;

namespace ClaudeCluster.Orchestrations;

/// <summary>
/// All that a flow knows. It is the flow's input, its custom status and its output, so people and the next version read the
/// same record: fields are added, never changed.
/// </summary>
public sealed record FlowState
{
    /// <summary>Of this record; a reader refuses what is newer.</summary>
    public int Schema { get; init; } = 1;

    public required string FlowId { get; init; }

    /// <summary>1 for an issue's first flow.</summary>
    public int Generation { get; init; } = 1;

    public required RepositoryRef Repository { get; init; }

    /// <summary>As it was when a person with the right to do so asked for work.</summary>
    public required IssueSnapshot Issue { get; init; }

    public required Requester Requester { get; init; }

    /// <summary>When they asked, by GitHub's clock: what happened before is not about this flow. Null: an earlier release did not say.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    public RepositoryPolicy Policy { get; init; } = RepositoryPolicy.Default;

    /// <summary>The default branch's commit that the policy file was read from; null: there was none.</summary>
    public CommitId? PolicyCommit { get; init; }

    /// <summary>Why the policy file cannot be used, line by line: then nothing is begun, for its owner's rules are unknown. Null: it can, or there is none.</summary>
    public string? PolicyProblem { get; init; }

    public FlowPhase Phase { get; init; } = FlowPhase.Queued;

    public RoutingDecision? Routing { get; init; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<AttemptRecord> Attempts { get; init; } = [];

    /// <summary>What the flow waits for, in words; null while it works.</summary>
    public string? WaitsFor { get; init; }

    public DateTimeOffset? WaitsUntil { get; init; }

    /// <summary>What a person must answer before more can be done.</summary>
    public string? Question { get; init; }

    /// <summary>Why the flow ended without a pull request.</summary>
    public string? EndReason { get; init; }

    public PullRequest? PullRequest { get; init; }

    public CommentId? Comment { get; init; }

    /// <summary>Why the issue's page could not be written last time; null: it was.</summary>
    public string? PageProblem { get; init; }

    /// <summary>More events will come to this flow, so it stays until its pull request is merged or closed, and waits for people's words.</summary>
    public bool StaysOpen { get; init; }

    /// <summary>Nothing begins before a person approves the issue's text as it stands in <see cref="Issue"/>.</summary>
    public bool AwaitsApproval { get; init; }

    /// <summary>Where the flow goes on when a person lets it; null: nobody paused it.</summary>
    public FlowPhase? PausedIn { get; init; }

    /// <summary>What was asked when somebody paused it, and is asked again when it goes on; null: nothing was.</summary>
    public string? PausedQuestion { get; init; }

    /// <summary>Where the pull request's branch stands, as far as the flow knows.</summary>
    public CommitId? Head { get; init; }

    /// <summary>When the flow heard that others had moved the branch: what failed before is not about what is there now. Null: nobody did.</summary>
    public DateTimeOffset? OthersMovedAt { get; init; }

    /// <summary>What the attempts at hand are about; null: the issue itself.</summary>
    public FeedbackRound? Round { get; init; }

    /// <summary>The rounds before this one, oldest first, without their texts; the last 50.</summary>
    public IReadOnlyList<FeedbackRound> Rounds { get; init; } = [];

    /// <summary>How many attempts no longer count: they belong to earlier rounds, or a person said since to try again.</summary>
    public int AttemptsBefore { get; init; }

    /// <summary>How many attempts belong to earlier rounds; work goes on from none of these, but from <see cref="Head"/>.</summary>
    public int AttemptsOfEarlierRounds { get; init; }

    /// <summary>How many attempts' branches are deleted already, from the first on.</summary>
    public int BranchesDeleted { get; init; }

    /// <summary>What people have said to the coder in this round, oldest first.</summary>
    public IReadOnlyList<string> Guidance { get; init; } = [];

    /// <summary>How often people have said something to the coder, in all; <see cref="Guidance"/> keeps the latest.</summary>
    public int GuidanceGiven { get; init; }

    /// <summary>The issue's text as somebody with the right has edited it since; it counts when a person says so.</summary>
    public IssueSnapshot? NewerIssue { get; init; }

    /// <summary>Who approved work that breaks the repository's rules; null: nobody.</summary>
    public string? RulesWaivedBy { get; init; }

    /// <summary>Heard while an attempt was under way, and to be heard again at rest.</summary>
    public IReadOnlyList<FlowNews> Later { get; init; } = [];

    /// <summary>Help was given; a second time would only fill the page.</summary>
    public bool HelpGiven { get; init; }

    /// <summary>Keys of the latest events that were taken in, so that none counts twice; the last 200.</summary>
    public IReadOnlyList<string> SeenEvents { get; init; } = [];

    /// <summary>The result that was accepted.</summary>
    [JsonIgnore]
    public AttemptResult? Accepted => Attempts.Count > AttemptsBefore && Attempts is [.., { Result: { } result }]
        && (result.Outcome is AttemptOutcome.Succeeded || (result is { Outcome: AttemptOutcome.PolicyRejected, Commit: not null } && RulesWaivedBy is not null)) ? result : null;

    /// <summary>Something was said since the last attempt began. Its coder may have been told between two turns; no coder has begun with it.</summary>
    [JsonIgnore]
    public bool HasUnheardGuidance => Attempts is [.., var last] && GuidanceGiven > last.GuidanceHeard;

    /// <summary>Nothing more is done before a person acts.</summary>
    [JsonIgnore]
    public bool HasEnded => Phase is FlowPhase.NeedsHuman or FlowPhase.Failed or FlowPhase.Done;

    /// <summary>It waits for nothing any more.</summary>
    [JsonIgnore]
    public bool IsOver => Phase is FlowPhase.Failed or FlowPhase.Done || (!StaysOpen && Phase is FlowPhase.NeedsHuman or FlowPhase.Review);

    /// <summary>Nothing runs: it waits for people or for the repository's checks.</summary>
    [JsonIgnore]
    public bool IsAtRest => Phase is FlowPhase.NeedsHuman or FlowPhase.Review;

    /// <summary>Work that nobody will go on from, or a pull request branch that is merged.</summary>
    [JsonIgnore]
    public bool HasBranchesToDelete => Phase == FlowPhase.Done || (Phase is FlowPhase.Review or FlowPhase.Failed && BranchesDeleted < Attempts.Count);

    /// <summary>The pull request branch.</summary>
    [JsonIgnore]
    public string Branch => new BranchName(Issue.Number, Generation, Attempt: null).ToString();

    [JsonIgnore]
    public IssueRef IssueRef => new(Repository, Issue.Number);
}

/// <summary>Where a flow stands. Each phase has its status label, <c>claude:working</c> and so on.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FlowPhase>))]
public enum FlowPhase
{
    /// <summary>Accepted, not yet routed.</summary>
    Queued,

    /// <summary>An attempt is asked for or under way.</summary>
    Working,

    /// <summary>Nothing can be done before a time.</summary>
    Waiting,

    /// <summary>A person must answer <see cref="FlowState.Question"/>.</summary>
    NeedsHuman,

    /// <summary>The pull request is open.</summary>
    Review,

    /// <summary>Merged.</summary>
    Done,

    /// <summary>Ended without a pull request.</summary>
    Failed,
}

/// <summary>One attempt as the flow remembers it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Branch">Its own branch.</param>
/// <param name="StartedAt">When the flow asked for it.</param>
/// <param name="Result">Null while it is under way.</param>
public sealed record AttemptRecord(int Number, string Branch, DateTimeOffset StartedAt, AttemptResult? Result)
{
    /// <summary>How much of <see cref="FlowState.GuidanceGiven"/> it began with.</summary>
    public int GuidanceHeard { get; init; }

    /// <summary>Who took it after somebody had been missing: only then is the page written while it is under way. Null: see the result.</summary>
    public AgentId? Agent { get; init; }

    /// <summary>Where people can watch it, such as an Actions run; null: see the result.</summary>
    public string? RunUrl { get; init; }
}
